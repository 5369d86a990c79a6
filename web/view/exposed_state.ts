// SPDX-License-Identifier: Apache-2.0
import type { Experiment } from './experiment.js';

// The page's state in numbers, at `window.relayView`: for tests and for the curious.
export function exposeState(experiment: Experiment): void {
  const view = {
    get firstPictureAt() { return experiment.firstPictureAt; },
    get framesDecoded() { return experiment.framesDecoded; },
    get framesPerSecond() { return experiment.pictures.rate(Date.now()); },
    get pictureDelayMs() { return experiment.pictureDelay; },
    get latencyMs() { return experiment.latency.latency; },
    get samples() { return experiment.samples; },
    get lastSample() { return experiment.sample; },
    get lost() { return experiment.losses.lost; },
    get unreadable() { return experiment.unreadable; },
    get states() { return experiment.states; },
  };
  Object.assign(window, { relayView: view });
}
