// SPDX-License-Identifier: Apache-2.0

// Why a connection ended, in words for the person in front of the page. `final`: trying again by
// itself would not help, so the page waits for a click.
export interface Refusal {
  words: string;
  final: boolean;
}

const closeWords: Record<number, Refusal> = {
  1000: { words: 'The relay ended the connection', final: false },
  1001: { words: 'The relay is restarting', final: false },
  1006: { words: 'The connection was lost', final: false },
  1009: { words: 'A message was too large for the relay', final: false },
  1011: { words: 'The relay had a fault', final: false },
  1013: { words: 'This connection was too slow to keep up', final: false },
  4401: { words: 'The session has expired', final: false },
  4403: { words: 'The session was cancelled', final: true },
};

// For the close code of a WebSocket (RFC 6455 §7.4; 4401 and 4403 are the relay's own).
export function closeRefusal(code: number): Refusal {
  return closeWords[code] ?? { words: `The connection ended (code ${code})`, final: false };
}

// For an HTTP status of the access call, with the reason that the relay gave.
export function accessRefusal(status: number, reason: string): Refusal {
  const because = reason ? `: ${reason}` : '';
  if (status === 400 || status === 401 || status === 403) {
    return { words: `The relay does not admit this session${because}`, final: true };
  }
  if (status === 404) return { words: 'The relay does not know this session', final: false };
  return { words: `The relay answered with status ${status}${because}`, final: false };
}
