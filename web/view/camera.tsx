// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from 'preact/hooks';
import type { Experiment } from './experiment.js';

const freshFor = 1000;  // ms that a picture may pass for live

// The picture, veiled as soon as it is not live.
export function Camera({ experiment }: { experiment: Experiment }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => experiment.start(canvas.current!), []);
  const missing = missingPicture(experiment, Date.now());
  return (
    <section class="camera" aria-label="Camera">
      <canvas ref={canvas} width={640} height={480} role="img" aria-label="Picture of the experiment" />
      <p class="veil" hidden={!missing}>{missing}</p>
    </section>
  );
}

// What to say in place of a live picture; empty while there is one.
export function missingPicture({ states, lastPictureAt }: Experiment, now: number): string {
  if (states.video.phase !== 'open') return states.video.words;
  if (lastPictureAt === undefined) return 'Waiting for the camera';
  const age = now - lastPictureAt;
  return age > freshFor ? `No picture for ${Math.floor(age / 1000)} s` : '';
}
