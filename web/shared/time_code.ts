// SPDX-License-Identifier: Apache-2.0

// The time code strip: 24 blocks of 16 x 16 pixels at the left end of the picture's top edge, white
// for 1, the highest bit first. They hold, in Gray code, the milliseconds of the camera's wall clock
// modulo 2^24 when the picture was made. Written by src/demo/camera.cpp.
export const timeCodeBits = 24;
const block = 16;
const range = 2 ** timeCodeBits;

// The milliseconds in the strip of a luminance plane; nothing when the blocks are not clearly black
// or white, as in the picture of a camera that writes no strip.
export function readTimeCode(luminance: ArrayLike<number>, stride: number): number | undefined {
  if (stride < timeCodeBits * block || luminance.length < stride * block) return undefined;
  let gray = 0;
  for (let bit = 0; bit < timeCodeBits; bit++) {
    const level = blockMiddle(luminance, stride, bit * block);
    if (level > 85 && level < 170) return undefined;
    gray = gray * 2 + (level >= 170 ? 1 : 0);
  }
  return fromGray(gray);
}

// The age of a picture in milliseconds: `now` (unix milliseconds) minus its code, which wraps after
// 4.7 h. Negative when the camera's clock is ahead of ours.
export function ageOf(code: number, now: number): number {
  const age = (((now - code) % range) + range) % range;
  return age < range / 2 ? age : age - range;
}

export function fromGray(gray: number): number {
  let value = gray;
  for (let shift = 1; shift < timeCodeBits; shift *= 2) value ^= value >> shift;
  return value;
}

// Average of the middle 8 x 8 pixels, where neighbouring blocks do not reach.
function blockMiddle(luminance: ArrayLike<number>, stride: number, left: number): number {
  let sum = 0;
  for (let y = 4; y < 12; y++) {
    for (let x = 4; x < 12; x++) sum += luminance[y * stride + left + x] ?? 0;
  }
  return sum / 64;
}
