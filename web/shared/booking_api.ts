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
}

export interface Availability {
  available: number;
  used: number;
  wait: number | undefined;  // s until one is free for the time asked for
}

// A session that was ended early, while a relay has still to be told: it counts until then.
export interface EndingSession {
  name: string;
  pool: string;      // id
  activity: string;  // name
  end: number;       // unix s when it is over at the latest
}

export interface Standing {
  activities: Activity[];
  ending: EndingSession[];
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

// A refusal in the server's own words. `retryAfter`: seconds that it asks to be left alone.
export class BookingRefused extends Error {
  constructor(readonly status: number, reason: string, readonly retryAfter = 0) {
    super(reason || `The booking server answered with status ${status}`);
  }
}

// Talks to a booking server for one person. Who that is stands in the booking token, which the
// browser keeps, so that sessions are still theirs after closing the page.
export class BookingApi {
  private ids: string[] = [];  // of the pools
  private pools: Promise<Pool[]> | undefined;
  private loggingIn: Promise<void> | undefined;

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
  // Whoever asks for it while it goes on shares it.
  logIn(): Promise<void> {
    this.loggingIn ??= this.exchangeTokens().finally(() => (this.loggingIn = undefined));
    return this.loggingIn;
  }

  private async exchangeTokens(): Promise<void> {
    const earlier = this.around.storage.getItem(storedUnder);
    const response = await this.send('POST', 'login', await this.classToken(), earlier ? { token: earlier } : {});
    if (!response.ok) throw await logInRefusalOf(response);
    const { token, pools } = await response.json() as { token: string; pools: string[] | null };
    this.around.storage.setItem(storedUnder, token);
    this.ids = pools ?? [];
    this.pools = undefined;
  }

  async standing(): Promise<Standing> {
    const { activities, cancelling, max, locked, msg } = await this.call<{
      activities: Activity[] | null; cancelling?: EndingSession[]; max: number; locked?: boolean; msg?: string;
    }>('GET', 'login');
    return {
      activities: activities ?? [], ending: cancelling ?? [], max, locked: locked ?? false, message: msg ?? '',
    };
  }

  // What the person may book. It seldom changes: the server is asked once after a log-in.
  listPools(): Promise<Pool[]> {
    this.pools ??= Promise.all(this.ids.map((id) => this.describe(id))).catch((error: unknown) => {
      this.pools = undefined;
      throw error;
    });
    return this.pools;
  }

  // How much of a pool is free for so many seconds.
  async availability(pool: string, seconds: number): Promise<Availability> {
    const path = `pools/${encodeURIComponent(pool)}/status?duration=${seconds}`;
    const { available, used, wait, later } = await this.call<
      { available: number; used?: number; wait?: number; later?: boolean }>('GET', path);
    return { available, used: used ?? 0, wait: later ? (wait ?? 0) : undefined };
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

  private async describe(id: string): Promise<Pool> {
    const { name, short } = await this.call<Description>('GET', `pools/${encodeURIComponent(id)}`);
    return { id, name, about: short ?? '' };
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
    const token = this.token();
    const response = await this.send(method, path, token, undefined, fields);
    if (response.status !== 401 || !(await isAboutTheToken(response.clone()))) return response;
    // Another request may have seen to it.
    if (this.token() === token) await this.logIn();
    return this.send(method, path, this.token(), undefined, fields);
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
  const message = typeof body === 'string' ? body : (body as { message?: unknown } | null)?.message;
  const pause = Number(response.headers.get('Retry-After'));  // s; a date, which servers may give, is not understood
  return new BookingRefused(response.status, typeof message === 'string' ? message : '', pause > 0 ? pause : 0);
}

// A class token that has ended, or whose time is still to come, is nothing that the person can mend.
async function logInRefusalOf(response: Response): Promise<BookingRefused> {
  const { status, message, retryAfter } = await refusalOf(response);
  const words = status === 401 ? `This course does not admit anybody now (${message}): ask those who run it` : message;
  return new BookingRefused(status, words, retryAfter);
}
