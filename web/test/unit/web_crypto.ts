// SPDX-License-Identifier: Apache-2.0
// What browsers and newer versions of Node.js have and Node.js 18 has not: for tests of what uses it.
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto as Crypto;
