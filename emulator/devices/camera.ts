import type { Kind } from './device';

/** Sees someone every third interval; away for two of every twelve, going offline and coming back by itself. */
export const camera: Kind = {
  username: 'DU_camera0001',
  behave(device) {
    let frame = 0;
    return {
      tick(count) {
        if (count % 12 === 2) device.goOffline();
        if (count % 12 === 4) device.goOnline();
        if (!device.online()) return;
        frame += 1;
        const seen = count % 3 === 0 ? [{ label: 'person', confidence: 0.87, box: [120, 64, 80, 210] }] : [];
        device.send('data', { frame, objects: seen }, 'detections');
        if (seen.length > 0) device.send('event_report', { method: 'motion', params: { zone: 1, frame } });
      },
      commands: {
        snapshot: () => ({ frame, width: 1280, height: 720 }),
      },
    };
  },
};
