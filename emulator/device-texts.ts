/** What is said of the emulator's devices, in one language. */
export interface DeviceTexts {
  none: string;
  /** Between a name and what it does. */
  colon: string;
  /** By username: a name that suits as its alias, and what it is for. */
  single: Readonly<Record<string, DeviceText>>;
  /** By what the usernames of a group begin with. */
  groups: Readonly<Record<string, DeviceText>>;
}

interface DeviceText {
  name: string;
  does: string;
}

export const englishDevices: DeviceTexts = {
  none: 'none',
  colon: ': ',
  single: {
    DU_thermostat: { name: 'Hall thermostat', does: 'readings, a relay, an alarm' },
    DU_modbusgate: { name: 'Power meter', does: 'Modbus RTU frames' },
    DU_camera0001: { name: 'Gate camera', does: 'events, JSON; goes offline and online' },
    DU_silent0001: { name: 'Roof fan', does: 'never answers a command' },
    DU_tardy00001: { name: 'Boiler', does: 'answers after 15 s' },
    DU_second0001: { name: 'Garden valve', does: 'answers a command when it is sent again' },
    DU_quiet00001: { name: 'Weather station', does: 'silent for a minute now and then, but online' },
    DU_flapper001: { name: 'Cellar sensor', does: 'offline and online every 4 s' },
    DU_sleeper001: { name: 'Water meter', does: 'awake for 10 s of each minute' },
  },
  groups: {
    DU_fleet: { name: 'Lamps', does: 'answer commands after random delays' },
    DU_sim: { name: 'Sensors', does: 'only report' },
  },
};

export const chineseDevices: DeviceTexts = {
  none: '无',
  colon: '：',
  single: {
    DU_thermostat: { name: '大厅温控器', does: '温湿度、继电器、告警' },
    DU_modbusgate: { name: '电表', does: 'Modbus RTU 帧' },
    DU_camera0001: { name: '门口摄像头', does: '事件、JSON，会下线再上线' },
    DU_silent0001: { name: '屋顶风机', does: '从不回复命令' },
    DU_tardy00001: { name: '锅炉', does: '15 秒后才回复命令' },
    DU_second0001: { name: '花园阀门', does: '命令重发后才回复' },
    DU_quiet00001: { name: '气象站', does: '在线，但不时沉默一分钟' },
    DU_flapper001: { name: '地下室传感器', does: '每 4 秒下线或上线一次' },
    DU_sleeper001: { name: '水表', does: '每分钟只醒来 10 秒' },
  },
  groups: {
    DU_fleet: { name: '路灯', does: '随机延迟后回复命令' },
    DU_sim: { name: '传感器', does: '只上报' },
  },
};

/** A line for each device, and one for each group of them. */
export function describeDevices(devices: readonly string[], texts: DeviceTexts): string[] {
  const { none, colon, single, groups } = texts;
  const lines: string[] = [];
  const say = (usernames: string, { name, does }: DeviceText) =>
    lines.push(`${usernames}  ${name}${colon}${does}`);
  for (const [username, text] of Object.entries(single)) if (devices.includes(username)) say(username, text);
  for (const [prefix, text] of Object.entries(groups)) {
    const members = devices.filter((username) => username.startsWith(prefix));
    const [first] = members;
    if (first !== undefined) say(members.length > 1 ? `${first} … ${members.at(-1)}` : first, text);
  }
  return lines.length > 0 ? lines : [none];
}
