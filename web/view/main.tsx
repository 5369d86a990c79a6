// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import { Experiment } from './experiment.js';
import { Page } from './page.js';
import { exposeState } from './exposed_state.js';

const experiment = new Experiment();
exposeState(experiment);
render(<Page experiment={experiment} />, document.getElementById('page')!);
