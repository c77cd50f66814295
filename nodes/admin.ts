import type { NodeAPI } from 'node-red';
export function registerAdmin(RED: NodeAPI): void {
  void RED;
}
