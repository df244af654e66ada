// SPDX-License-Identifier: Apache-2.0
// Self-test of the `exception` oracle: this must be seen.
'use strict';

class AssaySelfTest extends RangeError {}

const fail = () => {
  throw new AssaySelfTest('thrown on purpose');
};

fail();
