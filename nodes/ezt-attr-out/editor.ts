import { deviceLabel } from '../editor/aliases';
import {
  keepForeignOptions,
  keepVariables,
  pasteLinesAsList,
  prepareDefaults,
  prepareQos,
  savedNumbers,
} from '../editor/form';
import { chooseOnlyProject, takeOnlyProject } from '../editor/only-project';
import { labelOf, labelStyle } from '../editor/red';
import { attribute, choice, devices, qos, valid } from '../editor/rules';
import { endSending, showSending } from '../editor/sending';
import { suggestions } from '../editor/suggestions';

interface AttrOutProps {
  version: number;
  name: string;
  cloud: string;
  device: string;
  attribute: string;
  keep: string;
  qos: number | string;
}

RED.nodes.registerType<AttrOutProps>('ezt-attr-out', {
  category: 'EZtCloud',
  color: '#8fbfd9',
  icon: 'eztcloud-attributes.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    version: { value: 1 },
    name: { value: '' },
    cloud: { value: '', type: 'eztcloud-config', required: true, label: labelOf('cloud') },
    device: { value: '', label: labelOf('device'), validate: valid(devices) },
    attribute: { value: '', label: labelOf('attribute'), validate: valid(attribute) },
    keep: { value: 'all', label: labelOf('keep'), validate: valid(choice('keep')) },
    qos: { value: 1, label: labelOf('qos'), validate: valid(qos) },
  },
  paletteLabel() {
    return this._('eztcloud.palette.attrOut');
  },
  label() {
    const what = this.attribute || this._('eztcloud.palette.attrOut');
    return this.name || (this.device ? `${deviceLabel(this, this.device)} · ${what}` : what);
  },
  labelStyle,
  inputLabels() {
    return this._(this.attribute ? 'eztcloud.port.value' : 'eztcloud.port.attributes');
  },
  outputLabels() {
    return this._('eztcloud.port.sent');
  },
  onadd: takeOnlyProject,
  oneditprepare() {
    prepareQos(this);
    prepareDefaults(this);
    keepVariables(this, ['cloud']);
    chooseOnlyProject(this);
    keepForeignOptions(this, { keep: this.keep });
    pasteLinesAsList($('#node-input-device'));
    const suggest = suggestions(this);
    suggest.devices('device');
    suggest.names('attribute', 'attributes', 'device', false);
    showSending(this);
  },
  oneditsave() {
    endSending();
    Object.assign(this, savedNumbers(this, ['qos']));
  },
  oneditcancel: endSending,
  oneditdelete: endSending,
});
