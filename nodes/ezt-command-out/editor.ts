import { deviceLabel } from '../editor/aliases';
import { keepForeignFlag, keepVariables, prepareDefaults, prepareQos, savedNumbers } from '../editor/form';
import { labelOf, labelStyle } from '../editor/red';
import { device, flag, number, qos, valid, word } from '../editor/rules';
import { suggestions } from '../editor/suggestions';

interface CommandOutProps {
  version: number;
  name: string;
  cloud: string;
  device: string;
  method: string;
  params: string;
  paramsType: string;
  /** Text: a variable. */
  waitReply: boolean | string;
  timeout: number | string;
  qos: number | string;
}

RED.nodes.registerType<CommandOutProps>('ezt-command-out', {
  category: 'EZtCloud',
  color: '#8fbfd9',
  icon: 'eztcloud.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    version: { value: 1 },
    name: { value: '' },
    cloud: { value: '', type: 'eztcloud-config', required: true, label: labelOf('cloud') },
    device: { value: '', label: labelOf('device'), validate: valid(device) },
    method: { value: '', label: labelOf('method'), validate: valid(word) },
    params: {
      value: 'payload',
      label: labelOf('params'),
      validate: RED.validators.typedInput('paramsType'),
    },
    paramsType: { value: 'msg' },
    waitReply: { value: true, label: labelOf('waitReply'), validate: valid(flag) },
    timeout: { value: 10, label: labelOf('timeout'), validate: valid(number('timeout')) },
    qos: { value: 1, label: labelOf('qos'), validate: valid(qos) },
  },
  paletteLabel() {
    return this._('eztcloud.palette.commandOut');
  },
  label() {
    const what = this.method || this._('eztcloud.palette.commandOut');
    return this.name || (this.device ? `${deviceLabel(this, this.device)} · ${what}` : what);
  },
  labelStyle,
  inputLabels() {
    return this._('eztcloud.port.command');
  },
  outputLabels() {
    return this._(this.waitReply ? 'eztcloud.port.reply' : 'eztcloud.port.sent');
  },
  oneditprepare() {
    prepareQos(this);
    prepareDefaults(this);
    $('#node-input-params').typedInput({
      types: ['msg', 'json', 'flow', 'global', 'env', 'jsonata'],
      typeField: '#node-input-paramsType',
      default: 'msg',
    });
    const suggest = suggestions(this);
    suggest.devices('device', false);
    suggest.names('method', 'methods', 'device', false);
    keepVariables(this, ['cloud']);
    keepForeignFlag(this, 'waitReply');
    const waitReply = $('#node-input-waitReply');
    const isCheckbox = waitReply.attr('type') === 'checkbox';
    waitReply.on('change', () => {
      $('#ezt-timeout').toggle(!isCheckbox || waitReply.prop('checked') === true);
    });
  },
  oneditsave() {
    Object.assign(this, savedNumbers(this, ['timeout', 'qos']));
  },
});
