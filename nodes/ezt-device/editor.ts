import { deviceLabel } from '../editor/aliases';
import { keepForeignOptions, keepVariables, pasteLinesAsList, prepareDefaults } from '../editor/form';
import { chooseOnlyProject, takeOnlyProject } from '../editor/only-project';
import { labelOf, labelStyle } from '../editor/red';
import { choice, devices, rules, valid } from '../editor/rules';
import { suggestions } from '../editor/suggestions';
import { prepareRules, savedRules } from './rule-list';

interface DeviceProps {
  version: number;
  name: string;
  cloud: string;
  device: string;
  /** A list of `{field, op, value, valueType?}`, or a variable in its place. */
  where: object[] | string;
  output: string;
}

RED.nodes.registerType<DeviceProps>('ezt-device', {
  category: 'EZtCloud',
  color: '#8fbfd9',
  icon: 'eztcloud-device.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    version: { value: 1 },
    name: { value: '' },
    cloud: { value: '', type: 'eztcloud-config', required: true, label: labelOf('cloud') },
    device: { value: '', label: labelOf('device'), validate: valid(devices) },
    where: { value: [], label: labelOf('where'), validate: valid(rules) },
    output: { value: 'message', label: labelOf('output'), validate: valid(choice('deviceOutput')) },
  },
  paletteLabel() {
    return this._('eztcloud.palette.device');
  },
  label() {
    const what = this._('eztcloud.palette.device');
    if (this.name || !this.device) return this.name || what;
    const every = this.device === '*' && this._('eztcloud.palette.everyDevice');
    return `${every || deviceLabel(this, this.device)} · ${what}`;
  },
  labelStyle,
  inputLabels() {
    return this._('eztcloud.port.question');
  },
  outputLabels() {
    return this._('eztcloud.port.known');
  },
  onadd: takeOnlyProject,
  oneditprepare() {
    keepForeignOptions(this, { output: this.output });
    prepareDefaults(this);
    keepVariables(this, ['cloud']);
    chooseOnlyProject(this);
    pasteLinesAsList($('#node-input-device'));
    const suggest = suggestions(this);
    suggest.devices('device', true);
    prepareRules(this, (input) => suggest.names(input, 'attributes', 'device', false));
  },
  oneditsave() {
    this.where = savedRules(this.where);
  },
});
