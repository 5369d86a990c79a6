// SPDX-License-Identifier: Apache-2.0
import type { Activity, Stream } from './booking_api.js';

// The way from a booking page to the page of an experiment: its address is a template, which is
// filled with what was booked. Tokens belong behind `#`, which browsers send to no server.

// Fills a template with {{streams}}, {{exp}}, {{config}}, and with {{session}}, by which the page
// can end the session. Nothing for an address that is not of the web.
export function addressOf(activity: Activity, template: string): string | undefined {
  const values: Record<string, string> = {
    streams: encodeURIComponent(JSON.stringify(activity.streams)),
    exp: String(Math.floor(activity.exp)),
    config: encodeURIComponent(activity.config?.url ?? ''),
    session: encodeURIComponent(activity.session ?? ''),
  };
  const address = template.replace(/\{\{(\w+)\}\}/g, (all, key: string) => values[key] ?? all);
  return /^https?:\/\//i.test(address) ? address : undefined;
}

// What the page of an experiment was opened with.
export interface Booked {
  title: string;
  exp: number;  // unix s
  session: string;
  streams: Stream[];
}

// Reads what stands behind `#`, or `?`; nothing when that is no booking.
export function readBooked(text: string): Booked | undefined {
  const values = new URLSearchParams(text.replace(/^[#?]/, ''));
  const streams = readStreams(values.get('streams') ?? '');
  const exp = Number(values.get('exp'));
  if (!streams || !Number.isFinite(exp) || exp <= 0) return undefined;
  return { title: values.get('title') ?? '', exp, session: values.get('session') ?? '', streams };
}

function readStreams(text: string): Stream[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isStream) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStream(value: unknown): value is Stream {
  const { for: role, url } = (value ?? {}) as Partial<Stream>;
  return typeof role === 'string' && typeof url === 'string';
}
