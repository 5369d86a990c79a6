// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import { readBooked } from '../shared/booked.js';
import { Experiment } from './experiment.js';
import { Page } from './page.js';
import { exposeState } from './exposed_state.js';

const booked = readBooked(location.hash) ?? readBooked(location.search);
const experiment = new Experiment(booked);
exposeState(experiment);
// Another booking in the same tab changes only what stands behind `#`.
addEventListener('hashchange', () => location.reload());
render(<Page experiment={experiment} booked={booked} />, document.getElementById('page')!);
