/** The certificate of port 6443: one for all servers, in the secret k3s-serving, good for every name any of them was given. */

import {kindOf} from '../api/kinds.js';
import {type Obj, type Objects, StatusError} from '../api/objects.js';
import {writeWhole} from '../base/files.js';
import {apiNames, readPair} from '../pki/leaves.js';
import {daysLeft, makeLeaf, namesOf, type Pair} from '../pki/x509.js';
import type {Setup} from './state.js';

const NAME = 'k3s-serving';
const ANNOTATION = 'listener.cattle.io/cn-';

const decode = (object: Obj): Pair => {
  const data = (object.data ?? {}) as Record<string, string>;
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
  return {cert: text('tls.crt'), key: text('tls.key')};
};

/** Node spells IPv6 out; only names that are not IPv6 are carried over from an older certificate. */
const carried = (pair: Pair): string[] => namesOf(pair.cert).filter((name) => !name.includes(':'));

const covers = (pair: Pair, ca: Pair, names: readonly string[], now: Date): boolean => {
  if (pair.cert === '' || !pair.cert.endsWith(ca.cert) || daysLeft(pair.cert, now) < 120) return false;
  const has = new Set(carried(pair).map((name) => name.toLowerCase()));
  return names.every((name) => name.includes(':') || has.has(name.toLowerCase()));
};

/** The shared certificate, made or widened if this server's names are not all in it. */
export const sharedCertificate = async ({layout, options, now}: Setup, objects: Objects): Promise<Pair> => {
  const kind = kindOf('Secret');
  const ca = readPair(layout.tls('server-ca'));
  const own = apiNames({nodeName: options.nodeName, address: options.advertiseAddress, tlsSans: options.tlsSans});
  const before = kind && (await objects.find(kind, 'kube-system', NAME));
  const present = before && decode(before);
  if (!kind || (present && covers(present, ca, own, now()))) return present ?? {cert: '', key: ''};
  const names = [...new Set([...own, ...(present ? carried(present) : [])])];
  const pair = makeLeaf(ca, {
    subject: {commonName: 'k3s', organization: ['k3s']},
    usages: ['server'],
    names,
    now: now(),
  });
  const object: Obj = {
    metadata: {
      name: NAME,
      annotations: Object.fromEntries(names.map((name) => [ANNOTATION + name.replaceAll(':', '_'), name])),
    },
    type: 'kubernetes.io/tls',
    data: {'tls.crt': Buffer.from(pair.cert).toString('base64'), 'tls.key': Buffer.from(pair.key).toString('base64')},
  };
  try {
    if (before)
      await objects.update(kind, 'kube-system', {...object, metadata: {...before.metadata, ...object.metadata}});
    else await objects.create(kind, 'kube-system', object);
  } catch (error) {
    if (!(error instanceof StatusError && error.code === 409)) throw error;
    return sharedCertificate({layout, options, now} as Setup, objects);
  }
  writeWhole(layout.tls('dynamic-cert.json'), JSON.stringify({names}));
  return pair;
};
