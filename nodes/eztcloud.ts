import type { NodeAPI } from 'node-red';
import { registerAdmin } from './admin';
import { registerAttrOut } from './ezt-attr-out';
import { registerCommandOut } from './ezt-command-out';
import { registerIn } from './ezt-in';
import { registerConfig } from './eztcloud-config';

/** The EZtCloud palette: one line per node. */
export = (RED: NodeAPI): void => {
  registerConfig(RED);
  registerIn(RED);
  registerAttrOut(RED);
  registerCommandOut(RED);
  registerAdmin(RED);
};
