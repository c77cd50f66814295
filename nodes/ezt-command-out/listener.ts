import type { Aliases, Channel, Listener } from '../../cloud';
import { namedInNode } from '../shared/devices';
import type { CommandOutSettings } from './settings';

/**
 * What the node subscribes to: the replies of its devices, or of every device. Where it matters whether they are online,
 * that too: the device memory could not know it otherwise.
 */
export function listenerOf(settings: CommandOutSettings, aliases: Aliases): Listener | undefined {
  const { device, waitReply, whenOffline, qos } = settings;
  const channels: Channel[] = waitReply ? ['command_reply'] : [];
  if (whenOffline !== 'send') channels.push('online');
  // An invalid device name fails message by message; a filter made of it would end the connection.
  const devices = channels.length > 0 ? namedInNode(aliases, device) : undefined;
  return devices && { devices, channels, streams: [], qos, unshared: true };
}
