// SPDX-License-Identifier: Apache-2.0
import { useRef, useState } from 'preact/hooks';
import type { Experiment } from './experiment.js';

const settleFor = 1000;  // ms after a touch in which the slider does not follow the experiment

// Drive and brake. They show what the experiment reports, since several people may control it;
// without a connection they are disabled.
export function Controls({ experiment }: { experiment: Experiment }) {
  const connected = experiment.states.data.phase === 'open';
  return (
    <section class="controls" aria-labelledby="controls-title">
      <h2 id="controls-title">Controls</h2>
      <fieldset disabled={!connected}>
        <legend class="unseen">Pendulum</legend>
        <Drive experiment={experiment} />
        <Brake experiment={experiment} />
      </fieldset>
      {!connected && <p class="hint">Available when the data connection is up.</p>}
    </section>
  );
}

function Drive({ experiment }: { experiment: Experiment }) {
  const [wanted, setWanted] = useState(0);
  const touched = useRef(-Infinity);
  const settled = performance.now() - touched.current > settleFor;
  const shown = settled ? Math.round(experiment.sample?.drive ?? 0) : wanted;
  const change = (value: number) => {
    touched.current = performance.now();
    setWanted(value);
    experiment.command({ set: 'drive', to: value });
  };
  return (
    <div class="drive">
      <label for="drive">Drive</label>
      <output for="drive">{shown} %</output>
      <input
        id="drive" type="range" min={0} max={100} step={1} value={shown}
        aria-valuetext={`${shown} per cent`}
        onInput={(event) => change(Number(event.currentTarget.value))}
      />
    </div>
  );
}

function Brake({ experiment }: { experiment: Experiment }) {
  const braked = experiment.sample?.brake ?? false;
  return (
    <label class="brake">
      <input
        type="checkbox" role="switch" checked={braked}
        onChange={(event) => experiment.command({ set: 'brake', to: event.currentTarget.checked })}
      />
      <span>Brake</span>
    </label>
  );
}
