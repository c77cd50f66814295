import type { NodeAPI } from 'node-red';
import { registerAttrOut } from './ezt-attr-out/runtime';
import { registerCommandOut } from './ezt-command-out/runtime';
import { registerIn } from './ezt-in/runtime';
import { registerAdmin } from './eztcloud-config/admin';
import { registerConfig } from './eztcloud-config/runtime';

/** The EZtCloud palette: one line per node. */
export = (RED: NodeAPI): void => {
  registerConfig(RED);
  registerIn(RED);
  registerAttrOut(RED);
  registerCommandOut(RED);
  registerAdmin(RED);
};
