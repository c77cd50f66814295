import type { Row } from './lab';
import { CONNECTING } from './rows-connecting';
import { DELIVERY } from './rows-delivery';
import { PLATFORM } from './rows-platform';
import { SUBSCRIBING } from './rows-subscribing';

/**
 * A row for each thing that a real EMQX 5.8.9 was seen to do (measured on 2026-11-25, default settings unless the
 * request says otherwise).
 */
export const ROWS: readonly Row[] = [...CONNECTING, ...SUBSCRIBING, ...DELIVERY, ...PLATFORM];
