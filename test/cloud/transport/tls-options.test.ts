import should from 'should';
import { tlsConnectOptions } from '../../../cloud/transport/tls-options';

const endpoint = { protocol: 'mqtts', host: 'iot.example', port: 7885, path: '' } as const;

describe('TLS options', () => {
  it('verify the certificate for the host, from TLS 1.2 on, by default', () => {
    should(tlsConnectOptions(endpoint, {})).containEql({
      host: 'iot.example',
      port: 7885,
      servername: 'iot.example',
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
    });
  });

  it('have no server name for an address: TLS does not allow one', () => {
    for (const host of ['192.0.2.1', '2001:db8::1'])
      should(tlsConnectOptions({ ...endpoint, host }, {})).not.have.property('servername');
  });

  it('take those of a TLS node, but neither host nor port', () => {
    const options = tlsConnectOptions(endpoint, {
      servername: 'other.example',
      rejectUnauthorized: false,
      host: 'evil.example',
      port: 1,
    });
    should(options).containEql({
      servername: 'other.example',
      rejectUnauthorized: false,
      host: 'iot.example',
      port: 7885,
    });
  });
});
