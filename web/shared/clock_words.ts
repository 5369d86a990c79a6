// SPDX-License-Identifier: Apache-2.0

// A time that remains, as on a clock: 4:09, 1:02:03; 0:00 when nothing does.
export function remaining(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
