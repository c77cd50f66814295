import type { Round } from './paired';
export function chart(_rounds: Record<string, Round[]>): string {
  return '';
}
