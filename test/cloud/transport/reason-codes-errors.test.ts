import should from 'should';
import { needsAPerson, refusalOfError, type Trouble } from '../../../cloud/transport/reason-codes';

const failure = (code: string | number | undefined, message: string) =>
  Object.assign(new Error(message), { code });

/** By what Node, OpenSSL, ws or mqtt.js says. */
const ERRORS: [string | undefined, string, Trouble, boolean][] = [
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND host', 'dns', false],
  ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN host', 'dns', false],
  ['EAI_NODATA', 'getaddrinfo EAI_NODATA host', 'dns', false],
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1', 'portClosed', false],
  ['EHOSTUNREACH', 'x', 'unreachable', false],
  ['ENETUNREACH', 'x', 'unreachable', false],
  ['EHOSTDOWN', 'x', 'unreachable', false],
  ['ENETDOWN', 'x', 'unreachable', false],
  ['EADDRNOTAVAIL', 'x', 'unreachable', false],
  ['ETIMEDOUT', 'x', 'timeout', false],
  ['ECONNRESET', 'read ECONNRESET', 'lost', false],
  ['EPIPE', 'write EPIPE', 'lost', false],
  ['CERT_HAS_EXPIRED', 'x', 'expired', true],
  ['CERT_NOT_YET_VALID', 'x', 'notYetValid', false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'x', 'hostname', true],
  ['ERR_TLS_CERT_ALTNAME_FORMAT', 'x', 'hostname', true],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'x', 'untrusted', true],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'x', 'untrusted', true],
  ['UNABLE_TO_GET_ISSUER_CERT', 'x', 'untrusted', true],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'x', 'untrusted', true],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'x', 'untrusted', true],
  ['CERT_UNTRUSTED', 'x', 'untrusted', true],
  ['CERT_REJECTED', 'x', 'untrusted', true],
  ['CERT_SIGNATURE_FAILURE', 'x', 'untrusted', true],
  ['CERT_REVOKED', 'x', 'untrusted', true],
  ['INVALID_CA', 'x', 'untrusted', true],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'x', 'clientCertificate', true],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'x', 'clientCertificate', true],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'x', 'clientCertificate', true],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'x', 'tls', true],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'x', 'tls', true],
  ['EPROTO', 'x', 'tls', true],
  [undefined, 'Unexpected server response: 403', 'upgrade', false],
  [undefined, 'Unexpected server response: 502', 'upgrade', false],
  [undefined, 'connack timeout', 'timeout', false],
  [undefined, 'Keepalive timeout', 'timeout', false],
  ['E_UNHEARD_OF', 'x', 'lost', false],
  [undefined, '', 'lost', false],
];

describe('refusals', () => {
  for (const [code, message, trouble, slow] of ERRORS) {
    it(`take ${code ?? JSON.stringify(message)} as ${trouble}`, () => {
      const refusal = refusalOfError(failure(code, message));
      refusal.trouble.should.equal(trouble);
      needsAPerson(refusal).should.equal(slow);
      refusal.detail.should.not.be.empty();
    });
  }

  it('name the HTTP status of a refused upgrade', () => {
    const { detail } = refusalOfError(failure(undefined, 'Unexpected server response: 403'));
    detail.should.equal('WebSocket upgrade answered HTTP 403');
  });

  it('name the code where Node says no more: it tried several addresses', () => {
    const error = Object.assign(new AggregateError([failure('ECONNREFUSED', 'x')]), { code: 'ECONNREFUSED' });
    should(refusalOfError(error)).eql({ trouble: 'portClosed', detail: 'ECONNREFUSED' });
  });

  it('say what the clock says where a certificate is not of today', () => {
    for (const code of ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED']) {
      const { detail } = refusalOfError(failure(code, 'x'));
      detail.should.match(/^x: is the clock of this machine right\? It says \d{4}-\d\d-\d\d$/);
    }
  });

  it('write out what would forge log lines, and cut what would fill them', () => {
    const { detail } = refusalOfError(
      failure('ERR_TLS_CERT_ALTNAME_INVALID', 'a\r\n[error] b\u001b[31m\u202e'),
    );
    detail.should.equal('a\\u000d\\u000a[error] b\\u001b[31m\\u202e');
    refusalOfError(failure('EPROTO', '\n'.repeat(9999))).detail.length.should.equal(200);
  });
});
