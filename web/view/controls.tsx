// SPDX-License-Identifier: Apache-2.0
import { useState } from 'preact/hooks';
import type { Experiment } from './experiment.js';

const settleFor = 1000;  // ms after a change in which a control does not follow the experiment

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

// What the person set, for as long as the experiment may take to report it; else what it reports.
function useSetting<T>(reported: T): [T, (value: T) => void] {
  const [set, change] = useState<{ value: T; at: number }>();
  const unsettled = set !== undefined && performance.now() - set.at < settleFor;
  return [unsettled ? set.value : reported, (value) => change({ value, at: performance.now() })];
}

function Drive({ experiment }: { experiment: Experiment }) {
  const [drive, setDrive] = useSetting(Math.round(experiment.sample?.drive ?? 0));
  const change = (value: number) => {
    setDrive(value);
    experiment.command({ set: 'drive', to: value });
  };
  return (
    <div class="drive">
      <label for="drive">Drive</label>
      <output for="drive">{drive} %</output>
      <input
        id="drive" type="range" min={0} max={100} step={1} value={drive}
        aria-valuetext={`${drive} per cent`}
        onInput={(event) => change(Number(event.currentTarget.value))}
      />
    </div>
  );
}

function Brake({ experiment }: { experiment: Experiment }) {
  const [brake, setBrake] = useSetting(experiment.sample?.brake ?? false);
  const change = (on: boolean) => {
    setBrake(on);
    experiment.command({ set: 'brake', to: on });
  };
  return (
    <label class="brake">
      <input
        type="checkbox" role="switch" checked={brake}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <span>Brake</span>
    </label>
  );
}
