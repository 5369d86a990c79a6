// SPDX-License-Identifier: Apache-2.0
import type { SessionState } from '../shared/session.js';
import { missingPicture } from './camera.js';
import type { Experiment } from './experiment.js';

const none = '–';

// How well the connections work, in figures and in words.
export function Health({ experiment }: { experiment: Experiment }) {
  const { states, latency, losses } = experiment;
  // Figures of what is over would look as if they were still measured.
  const connected = states.data.phase === 'open';
  const pictured = !missingPicture(experiment, Date.now());
  const reconnects = states.video.reconnects + states.data.reconnects;
  return (
    <section class="health" aria-labelledby="health-title">
      <h2 id="health-title">Connection</h2>
      <dl class="figures">
        <Figure name="Added latency" value={connected ? milliseconds(latency.latency) : none}
                about="Half of the way to the experiment and back, median of the last ten" />
        <Figure name="Picture delay" value={pictured ? pictureDelay(experiment.pictureDelay) : none}
                about="Age of the picture by the time code that the camera writes into it" />
        <Figure name="Pictures" value={pictured ? `${Math.round(experiment.pictures.rate(Date.now()))} /s` : none}
                about="Pictures decoded and drawn per second" />
        <Figure name="Lost samples" value={String(losses.lost)}
                about="Gaps in the numbers of the measurements" />
        <Figure name="Reconnections" value={String(reconnects)}
                about="Times that either connection was made again" />
      </dl>
      <dl class="links">
        <Link name="Video" state={states.video} />
        <Link name="Data" state={states.data} />
      </dl>
    </section>
  );
}

function Figure({ name, value, about }: { name: string; value: string; about: string }) {
  return (
    <div title={about}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const tones = { open: 'good', connecting: 'busy', waiting: 'busy', stopped: 'bad' };

function Link({ name, state }: { name: string; state: SessionState }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={`state ${tones[state.phase]}`}>{state.words}</dd>
    </div>
  );
}

function milliseconds(value: number | undefined): string {
  if (value === undefined) return none;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

// Clocks that differ give a senseless age; then no figure is better than a wrong one.
function pictureDelay(value: number | undefined): string {
  return value === undefined || value < 0 || value > 60_000 ? none : `${value} ms`;
}
