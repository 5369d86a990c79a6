// SPDX-License-Identifier: Apache-2.0

// The offset of the first MPEG-1 sequence header (ISO 11172-2 §2.4.2.3) of which the size is
// readable, or -1. It stands before every picture that can be decoded without earlier ones.
export function findSequenceHeader(bytes: Uint8Array): number {
  for (let at = 0; at + 7 <= bytes.length; at++) {
    if (bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1 && bytes[at + 3] === 0xb3) {
      return at;
    }
  }
  return -1;
}

// Width and height of the pictures, as `640x480`, from the header at that offset.
export function pictureSize(bytes: Uint8Array, header: number): string {
  const [a, b, c] = bytes.subarray(header + 4, header + 7) as unknown as [number, number, number];
  return `${(a << 4) | (b >> 4)}x${((b & 15) << 8) | c}`;
}
