// SPDX-License-Identifier: Apache-2.0

// What a booking server says, as far as pages need it (docs/booking.md).
export interface Description {
  id?: string;
  name: string;
  short?: string;
}

export interface Stream {
  for: string;
  url: string;
  token?: string;
}

// A session that was given: what may be used, until when, and with which pages.
export interface Activity {
  session?: string;  // its name; servers of other makes give none, and it cannot be ended early then
  description: Description;
  exp: number;       // unix s
  streams: Stream[];
  uis: { url: string; description: Description }[];
  config?: { url: string };
}

export interface Pool {
  id: string;
  name: string;
  about: string;
  available: number;
  used: number;
  wait: number | undefined;  // s until one is free for the time asked for
}

export interface Standing {
  activities: Activity[];
  max: number;
  locked: boolean;
  message: string;
}

// What the browser provides; tests bring their own.
export interface BookingSurroundings {
  fetch(input: string, init?: RequestInit): Promise<Response>;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
}

const storedUnder = 'relay-booking-token';
const answerLimit = 15_000;  // ms

// A refusal in the server's own words.
export class BookingRefused extends Error {
  constructor(readonly status: number, reason: string) {
    super(reason || `The booking server answered with status ${status}`);
  }
}

// Talks to a booking server for one person. Who that is stands in the booking token, which the
// browser keeps, so that sessions are still theirs after closing the page.
export class BookingApi {
  private pools: string[] = [];

  // `base` is the API's address with a slash at its end; `classToken` finds the token of the course.
  constructor(
    private readonly base: string,
    private readonly classToken: () => Promise<string>,
    private readonly around: BookingSurroundings = {
      fetch: (input, init) => fetch(input, init),
      storage: localStorage,
    },
  ) {}

  // Has to come first. The token of an earlier log-in, even one that has ended, keeps the person.
  async logIn(): Promise<void> {
    const earlier = this.around.storage.getItem(storedUnder);
    const { token, pools } = await this.ask<{ token: string; pools: string[] | null }>(
      'POST', 'login', await this.classToken(), earlier ? { token: earlier } : {});
    this.around.storage.setItem(storedUnder, token);
    this.pools = pools ?? [];
  }

  async standing(): Promise<Standing> {
    const { activities, max, locked, msg } = await this.call<
      { activities: Activity[] | null; max: number; locked?: boolean; msg?: string }>('GET', 'login');
    return { activities: activities ?? [], max, locked: locked ?? false, message: msg ?? '' };
  }

  // What the person may book, and how much of it is free for so many seconds.
  async listPools(seconds: number): Promise<Pool[]> {
    return Promise.all(this.pools.map(async (id) => {
      const path = `pools/${encodeURIComponent(id)}`;
      const [description, status] = await Promise.all([
        this.call<Description>('GET', path),
        this.call<{ available: number; used?: number; wait?: number; later?: boolean }>(
          'GET', `${path}/status?duration=${seconds}`),
      ]);
      return {
        id, name: description.name, about: description.short ?? '',
        available: status.available, used: status.used ?? 0,
        wait: status.later ? (status.wait ?? 0) : undefined,
      };
    }));
  }

  // A lost answer can be asked for again with the same key.
  async book(pool: string, seconds: number, key: string): Promise<Activity> {
    const path = `pools/${encodeURIComponent(pool)}/sessions?duration=${seconds}`;
    return this.call<Activity>('POST', path, { 'Idempotency-Key': key });
  }

  // Ends a session before its time. False: a relay has still to be told, which goes on by itself.
  async finish(session: string): Promise<boolean> {
    const response = await this.sendAsPerson('DELETE', `sessions/${encodeURIComponent(session)}`);
    if (response.status === 404) return true;  // it was over
    if (!response.ok) throw await refusalOf(response);
    return response.status !== 202;
  }

  private token(): string {
    return this.around.storage.getItem(storedUnder) ?? '';
  }

  private async call<T>(method: string, path: string, fields: Record<string, string> = {}): Promise<T> {
    const response = await this.sendAsPerson(method, path, fields);
    if (!response.ok) throw await refusalOf(response);
    return response.json();
  }

  // When the booking token has ended, after logging in again.
  private async sendAsPerson(method: string, path: string, fields: Record<string, string> = {}): Promise<Response> {
    const response = await this.send(method, path, this.token(), undefined, fields);
    if (response.status !== 401 || !(await isAboutTheToken(response.clone()))) return response;
    await this.logIn();
    return this.send(method, path, this.token(), undefined, fields);
  }

  private async ask<T>(method: string, path: string, token: string, body: unknown): Promise<T> {
    const response = await this.send(method, path, token, body);
    if (!response.ok) throw await refusalOf(response);
    return response.json();
  }

  private send(method: string, path: string, token: string, body?: unknown,
               fields: Record<string, string> = {}): Promise<Response> {
    const headers: Record<string, string> = { Authorization: token, ...fields };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const init: RequestInit = { method, headers, cache: 'no-store', signal: AbortSignal.timeout(answerLimit) };
    if (body !== undefined) init.body = JSON.stringify(body);
    return this.around.fetch(this.base + path, init);
  }
}

// The server's framework refuses tokens with an object, its handlers refuse requests with a string.
async function isAboutTheToken(response: Response): Promise<boolean> {
  const body: unknown = await response.json().catch(() => '');
  return typeof body === 'object' && body !== null;
}

async function refusalOf(response: Response): Promise<BookingRefused> {
  const body: unknown = await response.json().catch(() => '');
  if (typeof body === 'string') return new BookingRefused(response.status, body);
  const message = (body as { message?: unknown } | null)?.message;
  return new BookingRefused(response.status, typeof message === 'string' ? message : '');
}
