import {addressesOf, parseEndpoint, shownEndpoint, type TrialSeen} from '../../src/cluster/index.js';
import {TaskError} from '../../src/errors/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {Secret} from '../../src/shell/index.js';
import {converse, lookStep, readLook, type Trial} from './talk.js';
import {checkTlsFiles, type TlsFiles} from './tls_files.js';

const params = p.object({
  config: p.dict('Settings of config.yaml: the datastore’s, and the token.'),
  ca_file: p.string('CA of the database, on the controller; see `k3s_datastore`.').default(''),
  cert_file: p.string('Client certificate, on the controller.').default(''),
  key_file: p.string('Its key, on the controller.').default(''),
  in_use: p.bool('Servers of this cluster live on an external datastore already.').default(false),
  timeout_s: p.int('How long it may take in all.').default(60),
});

const asText = (value: unknown): string =>
  value instanceof Secret ? value.reveal() : value === undefined ? '' : String(value);

export default defineModule({
  kind: 'action',
  name: 'k3s_datastore_check',
  summary: 'Tries an external datastore from a server, before K3s does.',
  description: `The controller speaks MySQL, PostgreSQL or etcd through the link to the server, so that what is tried is the server's own way:
the name resolves, the port answers, TLS is verified as K3s verifies it, the login is taken, a prepared statement lasts, the user has the rights
K3s needs, what answers may be written to, and what lies there is nothing or the cluster of this token. Nothing is written, and nothing is needed on the server.`,
  params,
  returns: {
    version: 'The version of the database.',
    cluster: 'Whether it holds a cluster.',
    identity: 'Equal for all servers that reach the same datastore, where that can be told.',
  },
  examples: [
    {name: 'Try it', params: {config: {'datastore-endpoint': 'mysql://k3s:secret@tcp(db:3306)/k3s', token: 'secret'}}},
  ],
  reach: 'run',
  check: 'run',
  readOnly: true,
  async prepare(given, controller, {name: host}): Promise<Trial> {
    const {config, ca_file: ca, cert_file: cert, key_file: key, in_use: inUse} = given;
    const parsed = parseEndpoint(new Secret(asText(config['datastore-endpoint'])));
    if ('fault' in parsed) {
      const {part, what, hint} = parsed.fault;
      throw new TaskError({what: `the datastore's endpoint is wrong in its ${part}: ${what}`, hint});
    }
    const {endpoint} = parsed;
    const read = async (name: string): Promise<string> =>
      (await controller.readFile(controller.findFile('files', name))).toString('utf8');
    const files: TlsFiles = {
      ...(ca === '' ? {} : {ca: await read(ca)}),
      ...(cert === '' ? {} : {cert: await read(cert)}),
      ...(key === '' ? {} : {key: new Secret(await read(key))}),
    };
    checkTlsFiles(files, controller.now());
    const own = endpoint.kind === 'postgres' ? endpoint.files : {};
    const at = (file: 'ca' | 'cert' | 'key'): string =>
      files[file] === undefined ? (own[file] ?? asText(config[`datastore-${file}file`])) : '';
    const hostFiles = {ca: at('ca'), cert: at('cert'), key: at('key')};
    return {host, endpoint, token: new Secret(asText(config.token)), inUse, files, hostFiles};
  },
  steps({timeout_s: timeoutS}, trial) {
    // A socket of the host cannot be reached from outside.
    if (addressesOf(trial.endpoint).length === 0) return [];
    return [
      lookStep(trial),
      {
        step: 'converse',
        title: `try ${shownEndpoint(trial.endpoint)} from ${trial.host}`,
        deadlineMs: timeoutS * 1000,
        talk: (network, [look]) => converse(trial, network, readLook(look)),
      },
    ];
  },
  result(_given, outcomes, {endpoint}, {name}) {
    const {seen, down = []} = (outcomes[1]?.data ?? {}) as {
      readonly seen?: TrialSeen;
      readonly down?: readonly string[];
    };
    const shown = shownEndpoint(endpoint);
    if (seen === undefined)
      return {
        changed: false,
        warnings: [`${name}: ${shown} is not tried before K3s does`],
        data: {version: '', cluster: false, identity: ''},
      };
    return {
      changed: false,
      warnings: down.map((what) => `${name}: of ${shown}, ${what}`),
      data: {
        version: seen.version,
        cluster: seen.bootstrap.length > 0,
        // Servers of one MySQL cluster (Galera) hold the same data under several names.
        identity: endpoint.kind === 'mysql' ? '' : seen.identity,
      },
    };
  },
});
