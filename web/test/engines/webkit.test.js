import { suiteOn } from '../suites/index.js';

await suiteOn('webkit');
