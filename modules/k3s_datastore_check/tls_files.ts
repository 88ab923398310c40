import {createPrivateKey, type KeyObject, X509Certificate} from 'node:crypto';
import {messageOf, TaskError} from '../../src/errors/index.js';
import type {Secret} from '../../src/shell/index.js';

/** PEM texts; the key is secret. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Secret;
}

const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

const fail = (what: string, hint: string): never => {
  throw new TaskError({what, hint});
};

function certificatesOf(text: string, name: string): readonly X509Certificate[] {
  const found = text.match(pem) ?? [];
  if (found.length === 0) fail(`${name} holds no certificate`, 'it has to be PEM: -----BEGIN CERTIFICATE-----');
  return found.map((one) => {
    try {
      return new X509Certificate(one);
    } catch (error) {
      return fail(`${name} holds a certificate that cannot be read: ${messageOf(error)}`, 'is the file whole?');
    }
  });
}

/** Refuses files that K3s could do nothing with: no PEM, a key that is encrypted or another's, a time that is over. */
export function checkTlsFiles({ca, cert, key}: TlsFiles, now: Date): void {
  // A bundle of many may hold some that are over.
  if (ca !== undefined) checkTime(certificatesOf(ca, 'ca_file'), 'ca_file', now);
  if (cert === undefined || key === undefined) return;
  const [own] = certificatesOf(cert, 'cert_file');
  if (own === undefined) return;
  checkTime([own], 'cert_file', now);
  let read: KeyObject | undefined;
  try {
    read = createPrivateKey(key.reveal());
  } catch {
    fail(
      /ENCRYPTED/.test(key.reveal()) ? 'key_file is encrypted, which K3s cannot open' : 'key_file holds no private key',
      'it has to be PEM, without a passphrase; keep the file in a vault instead',
    );
  }
  if (read !== undefined && !own.checkPrivateKey(read))
    fail('key_file is not the key of the certificate in cert_file', 'take both from the same place');
}

function checkTime(certificates: readonly X509Certificate[], name: string, now: Date): void {
  const [first] = certificates;
  if (first === undefined || certificates.some(({validTo}) => new Date(validTo) >= now)) return;
  fail(`the certificate in ${name} ended on ${first.validTo} (${first.subject.replaceAll('\n', ', ')})`, 'renew it');
}
