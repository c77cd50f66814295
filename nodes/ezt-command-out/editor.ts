import { deviceLabel } from '../editor/aliases';
import {
  field,
  fieldText,
  keepForeignFlag,
  keepForeignOptions,
  keepVariables,
  prepareDefaults,
  prepareQos,
  savedNumbers,
} from '../editor/form';
import { chooseOnlyProject, takeOnlyProject } from '../editor/only-project';
import { type EditedNode, labelOf, labelStyle } from '../editor/red';
import { choice, devices, flag, number, qos, valid, word } from '../editor/rules';
import { endSending, showSending } from '../editor/sending';
import { suggestions } from '../editor/suggestions';

interface CommandOutProps {
  version: number;
  name: string;
  cloud: string;
  device: string;
  method: string;
  params: string;
  paramsType: string;
  /** Text: a variable; so are the other ones. */
  waitReply: boolean | string;
  timeout: number | string;
  retries: number | string;
  oneAtATime: boolean | string;
  whenOffline: string;
  holdFor: number | string;
  replaceHeld: boolean | string;
  secondOutput: boolean | string;
  /** How many ports the editor draws: two with `secondOutput`. */
  outputs: number;
  qos: number | string;
}

RED.nodes.registerType<CommandOutProps>('ezt-command-out', {
  category: 'EZtCloud',
  color: '#8fbfd9',
  icon: 'eztcloud-command.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    version: { value: 1 },
    name: { value: '' },
    cloud: { value: '', type: 'eztcloud-config', required: true, label: labelOf('cloud') },
    device: { value: '', label: labelOf('device'), validate: valid(devices) },
    method: { value: '', label: labelOf('method'), validate: valid(word) },
    params: {
      value: 'payload',
      label: labelOf('params'),
      validate: RED.validators.typedInput('paramsType'),
    },
    paramsType: { value: 'msg' },
    waitReply: { value: true, label: labelOf('waitReply'), validate: valid(flag) },
    timeout: { value: 10, label: labelOf('timeout'), validate: valid(number('timeout')) },
    retries: { value: 0, label: labelOf('retries'), validate: valid(number('retries')) },
    oneAtATime: { value: false, label: labelOf('oneAtATime'), validate: valid(flag) },
    whenOffline: { value: 'send', label: labelOf('whenOffline'), validate: valid(choice('whenOffline')) },
    holdFor: { value: 3600, label: labelOf('holdFor'), validate: valid(number('holdFor')) },
    replaceHeld: { value: false, label: labelOf('replaceHeld'), validate: valid(flag) },
    secondOutput: { value: false, label: labelOf('secondOutput'), validate: valid(flag) },
    outputs: { value: 1 },
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
  outputLabels(index) {
    if (index === 1) return this._('eztcloud.port.noReply');
    return this._(this.waitReply ? 'eztcloud.port.reply' : 'eztcloud.port.sent');
  },
  onadd: takeOnlyProject,
  oneditprepare() {
    prepareQos(this);
    prepareDefaults(this);
    $('#node-input-params').typedInput({
      types: ['msg', 'json', 'flow', 'global', 'env', 'jsonata'],
      typeField: '#node-input-paramsType',
      default: 'msg',
    });
    // The control that Node-RED puts in the field's place has no name of its own.
    const params = $('#node-input-params').siblings('.red-ui-typedInput-container');
    params.find('.red-ui-typedInput-input').attr('aria-label', this._('eztcloud.label.params'));
    const suggest = suggestions(this);
    suggest.devices('device');
    suggest.names('method', 'commands', 'device', false);
    keepVariables(this, ['cloud']);
    chooseOnlyProject(this);
    keepForeignOptions(this, { whenOffline: this.whenOffline });
    for (const name of ['waitReply', 'oneAtATime', 'replaceHeld', 'secondOutput'])
      keepForeignFlag(this, name);
    const update = () => {
      const waits = mayBeOn(this, 'waitReply');
      $('.ezt-reply').toggle(waits);
      $('.ezt-hold').toggle(!['send', 'fail'].includes(fieldText(this, 'whenOffline') ?? ''));
      // Node-RED takes the number of ports from this field, and keeps it with the node.
      field(this, 'outputs').val(waits && mayBeOn(this, 'secondOutput') ? 2 : 1);
    };
    for (const name of ['waitReply', 'whenOffline', 'secondOutput']) field(this, name).on('change', update);
    update();
    showSending(this);
  },
  oneditsave() {
    endSending();
    // An empty timeout stays empty: it means msg.timeout.
    const timeout = fieldText(this, 'timeout') === '' ? [] : ['timeout'];
    Object.assign(this, savedNumbers(this, [...timeout, 'retries', 'holdFor', 'qos']));
  },
  oneditcancel: endSending,
  oneditdelete: endSending,
});

/** Whether a checkbox is ticked, or is a variable instead. */
function mayBeOn(node: EditedNode<object>, name: string): boolean {
  const control = field(node, name);
  return control.attr('type') !== 'checkbox' || control.prop('checked') === true;
}
