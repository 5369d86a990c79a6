// SPDX-License-Identifier: Apache-2.0
import { Backoff } from './backoff.js';
import { accessRefusal, closeRefusal, type Refusal } from './refusal.js';

// Where a session's connection is asked for, and with which token.
export interface Access {
  url: string;
  token: string;
}

export type Phase = 'connecting' | 'open' | 'waiting' | 'stopped';

export interface SessionState {
  phase: Phase;
  words: string;
  reconnects: number;
}

export interface SessionEvents {
  // Called before every attempt, so that an expired token is replaced by a fresh one.
  findAccess(): Promise<Access>;
  onOpen?(): void;
  onMessage(data: string | ArrayBuffer): void;
  onState(state: SessionState): void;
}

// What the browser provides; tests bring their own.
export interface Surroundings {
  fetch: typeof fetch;
  openSocket(uri: string): WebSocket;
  after(milliseconds: number, action: () => void): () => void;
  random(): number;
}

export const browser: Surroundings = {
  fetch: (input, init) => fetch(input, init),
  openSocket: (uri) => new WebSocket(uri),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

const attemptLimit = 10_000;  // ms for the access call and the WebSocket together
const silenceLimit = 15_000;  // ms without any message until the connection is given up
const provenAfter = 5_000;    // ms after which a connection counts as good

// One connection to a session of a relay: token, one-time code, WebSocket, and again after a loss,
// with waiting times that grow. It keeps at most one socket and one timer of each kind at a time.
export class Session {
  private socket: WebSocket | undefined;
  private readonly backoff: Backoff;
  private cancelWait = () => {};
  private cancelWatch = () => {};
  private cancelProof = () => {};
  private attempt = 0;
  private opened = 0;

  constructor(
    private readonly events: SessionEvents,
    private readonly around: Surroundings = browser,
  ) {
    this.backoff = new Backoff(around.random);
  }

  // Connects now, whatever it was doing.
  start(): void {
    this.drop();
    const attempt = ++this.attempt;
    this.report('connecting', 'Connecting');
    this.watch(attemptLimit, 'The relay does not answer');
    this.connect(attempt).catch((error: unknown) => this.fail(attempt, refusalOf(error)));
  }

  stop(): void {
    this.drop();
    this.report('stopped', 'Disconnected');
  }

  // Whether the message was handed to an open connection.
  send(message: string): boolean {
    if (this.socket?.readyState !== 1) return false;
    this.socket.send(message);
    return true;
  }

  private async connect(attempt: number): Promise<void> {
    const access = await this.events.findAccess();
    const uri = await this.fetchUri(access);
    if (attempt !== this.attempt) return;
    const socket = this.around.openSocket(uri);
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.onOpen();
    socket.onmessage = (event: MessageEvent) => {
      this.watch(silenceLimit, 'Nothing arrives any more');
      this.events.onMessage(event.data);
    };
    socket.onclose = (event: CloseEvent) => this.fail(attempt, closeRefusal(event.code));
  }

  private async fetchUri(access: Access): Promise<string> {
    const response = await this.around.fetch(access.url, {
      method: 'POST',
      headers: { Authorization: access.token, 'Content-Type': 'application/json' },
      body: '{}',
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new AccessRefused(accessRefusal(response.status, answer.message ?? ''));
    return answer.uri;
  }

  private onOpen(): void {
    this.opened++;
    this.watch(silenceLimit, 'Connected, but nothing arrives');
    this.cancelProof = this.around.after(provenAfter, () => this.backoff.reset());
    this.report('open', 'Connected');
    this.events.onOpen?.();
  }

  private watch(limit: number, words: string): void {
    this.cancelWatch();
    const attempt = this.attempt;
    this.cancelWatch = this.around.after(limit, () => this.fail(attempt, { words, final: false }));
  }

  private fail(attempt: number, refusal: Refusal): void {
    if (attempt !== this.attempt) return;
    this.drop();
    if (refusal.final) return this.report('stopped', refusal.words);
    const delay = this.backoff.next();
    const seconds = Math.ceil(delay / 1000);
    this.report('waiting', `${refusal.words}; next attempt within ${seconds} s`);
    this.cancelWait = this.around.after(delay, () => this.start());
  }

  // Ends the running attempt or connection; its late events are ignored.
  private drop(): void {
    this.attempt++;
    this.cancelWait();
    this.cancelWatch();
    this.cancelProof();
    const socket = this.socket;
    this.socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private report(phase: Phase, words: string): void {
    this.events.onState({ phase, words, reconnects: Math.max(0, this.opened - 1) });
  }
}

// For findAccess, too: why there is no way to connect.
export class AccessRefused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.words);
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof AccessRefused) return error.refusal;
  return { words: 'The relay cannot be reached', final: false };
}
