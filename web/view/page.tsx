// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'preact/hooks';
import type { Booked } from '../shared/booked.js';
import { Plot } from '../shared/plot.js';
import type { Phase } from '../shared/session.js';
import { Camera, missingPicture } from './camera.js';
import { Controls } from './controls.js';
import type { Experiment } from './experiment.js';
import { Health } from './health.js';
import { SessionEnd } from './session_end.js';

const refreshEvery = 250;  // ms: text that changes faster cannot be read

export function Page({ experiment, booked }: { experiment: Experiment; booked: Booked | undefined }) {
  const [, refresh] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => refresh((count) => count + 1), refreshEvery);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (experiment.title) document.title = experiment.title;
  }, [experiment.title]);
  return (
    <>
      <header>
        <h1>{experiment.title || 'Remote experiment'}</h1>
        {booked && <SessionEnd booked={booked} refused={phasesOf(experiment).includes('stopped')} />}
        <OverallState experiment={experiment} />
      </header>
      <main>
        <Camera experiment={experiment} />
        <Controls experiment={experiment} />
        <Motion experiment={experiment} />
        <Health experiment={experiment} />
      </main>
    </>
  );
}

// Announced by screen readers when it changes; the details are in the panel below.
function OverallState({ experiment }: { experiment: Experiment }) {
  const { tone, words } = overall(experiment);
  return (
    <p class={`state ${tone}`}>
      <span role="status">{words}</span>
      {tone === 'bad' && <button onClick={() => experiment.connect()}>Connect again</button>}
    </p>
  );
}

function phasesOf({ states }: Experiment): Phase[] {
  return [states.video.phase, states.data.phase];
}

function overall(experiment: Experiment): { tone: string; words: string } {
  const phases = phasesOf(experiment);
  if (phases.includes('stopped')) return { tone: 'bad', words: 'Disconnected' };
  if (!phases.every((phase) => phase === 'open')) return { tone: 'busy', words: 'Connecting' };
  if (missingPicture(experiment, Date.now())) return { tone: 'busy', words: 'Connected, no picture' };
  return { tone: 'good', words: 'Live' };
}

const freshFor = 1000;  // ms that a measurement may pass for current

function Motion({ experiment }: { experiment: Experiment }) {
  const latest = experiment.angles.points.at(-1);
  const fresh = latest !== undefined && Date.now() - latest.time < freshFor;
  const angle = fresh ? `${latest.value.toFixed(1)}°`.replace('-', '−') : '–';
  const swing = Math.round(experiment.angles.points.reduce((m, p) => Math.max(m, Math.abs(p.value)), 0));
  return (
    <section class="motion" aria-labelledby="motion-title">
      <div class="heading">
        <h2 id="motion-title">Angle</h2>
        <span class="reading">{angle}</span>
      </div>
      <Plot
        history={experiment.angles}
        limits={[4, 10, 20, 40, 90, 180, 360]}
        unit="°"
        label={`Angle of the pendulum over the last 10 seconds, within ±${swing} degrees`}
      />
    </section>
  );
}
