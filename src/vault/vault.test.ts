import test from 'ava';
import fc from 'fast-check';
import {tempFiles} from '../../test/support/temp_files.js';
import {describeError, VaultError} from '../errors/index.js';
import {Secret} from '../shell/index.js';
import {isSealed, parseVaultId, readEnvelope, readVaultSecret, seal, Vault, type VaultSecret} from './index.js';

/** Made by `ansible-vault encrypt` (ansible-core 2.14). */
const made11 = `$ANSIBLE_VAULT;1.1;AES256
39316535353332303335623132386535376566343732306131306533356366313231353138373033
6635333436396439313139613837376666356135613664320a396166313535616635303562376438
32666137386333313037633863396161626639353466616465626235356634613038323138653937
6164336337346136610a303234326634663038343930633332383437333938653265666262653338
64333738316362613662386564386539363234323035323937333262356161356166
`;
const made12 = `$ANSIBLE_VAULT;1.2;AES256;prod
37613739626332396365396334383333373539646331616462326434653062653965383765653135
3336636337343232626336643638313461353965316362320a366163633433613136313533623737
33303165653062306462656436393738373963386637656337656234626238383062313464633361
6562613339396234360a346635656463346437393965653162613863323231313465346339646461
37653736363238303465343763393738366566653562633361373661393731616564
`;
const plain = 'token: s3cret-ü\nlist: [1, 2]\n';
const password = (text: string, id = 'default', source = 'prompt'): VaultSecret => ({
  id,
  password: new Secret(text),
  source,
});
const salt = Buffer.alloc(32, 7);
const where = {file: 'all.yml', line: 3, column: 8};

test('what ansible-vault sealed is opened', (t) => {
  t.is(new Vault([password('correct horse')]).open(made11), plain);
  t.is(new Vault([password('other', 'prod')]).open(made12), plain);
});

test('the id is only a label: every password is tried', (t) => {
  t.is(new Vault([password('wrong', 'prod'), password('other', 'dev')]).open(made12), plain);
});

test('indented as it stands in YAML, with Windows line ends', (t) => {
  const indented = made11.replaceAll('\n', '\r\n      ');
  t.is(new Vault([password('correct horse')]).open(indented), plain);
});

test('what is sealed here has the same form', (t) => {
  const sealed = seal(plain, 'pw', {salt, id: 'prod'});
  t.true(isSealed(sealed));
  t.regex(sealed, /^\$ANSIBLE_VAULT;1\.2;AES256;prod\n(?:[0-9a-f]{80}\n)*[0-9a-f]{1,80}\n$/);
  t.regex(seal(plain, 'pw', {salt}), /^\$ANSIBLE_VAULT;1\.1;AES256\n/);
  t.is(readEnvelope(sealed).id, 'prod');
});

test('whatever is sealed can be opened again, by its password only', (t) => {
  fc.assert(
    fc.property(fc.string({unit: 'binary'}), fc.string({minLength: 1}), (text, key) => {
      const sealed = seal(text, key, {salt});
      t.is(new Vault([password(key)]).open(sealed), Buffer.from(text).toString('utf8'));
      t.throws(() => new Vault([password(`${key}x`)]).open(sealed), {instanceOf: VaultError});
    }),
    {numRuns: 20},
  );
});

test('a wrong password says which id, where, and what was tried', (t) => {
  const error = t.throws(() => new Vault([password('no', 'dev', '/etc/pw')]).open(made12, where));
  t.deepEqual(describeError(error), [
    "no vault password opens this value (vault id 'prod')",
    '  at all.yml:3:8',
    "  hint: tried 'dev' from /etc/pw; a password of another vault was given, or the text was altered",
  ]);
});

test('no password says how to give one', (t) => {
  const error = t.throws(() => new Vault([]).open(made11, where));
  t.deepEqual(describeError(error), [
    "this value is sealed (vault id 'default'), and no vault password was given",
    '  at all.yml:3:8',
    '  hint: give --vault-password-file FILE, --vault-id LABEL@FILE, or -J to be asked',
  ]);
});

const broken: readonly (readonly [string, string, RegExp])[] = [
  ['plain text', 'hello', /begins with '\$ANSIBLE_VAULT;', this one with 'hello'/],
  ['an old format', '$ANSIBLE_VAULT;1.0;AES\n00', /vault format 1\.0 is not known/],
  ['another cipher', '$ANSIBLE_VAULT;1.1;AES\n00', /cipher 'AES' is not known/],
  ['no hex', '$ANSIBLE_VAULT;1.1;AES256\nzz', /not hexadecimal/],
  ['a text cut short', '$ANSIBLE_VAULT;1.1;AES256\n3030', /cut short/],
];
for (const [name, text, message] of broken) {
  test(`${name} is refused`, (t) => {
    t.throws(() => new Vault([password('x')]).open(text, where), {instanceOf: VaultError, message});
  });
}

test('files that are not sealed come back as they are', (t) => {
  const vault = new Vault([password('correct horse')]);
  t.is(vault.openFile('a: 1\n', 'f'), 'a: 1\n');
  t.is(vault.openFile(made11, 'f'), plain);
});

const ids: readonly (readonly [string, {id: string; source: string}])[] = [
  ['prod@/etc/pw', {id: 'prod', source: '/etc/pw'}],
  ['/etc/pw', {id: 'default', source: '/etc/pw'}],
  ['@prompt', {id: 'default', source: 'prompt'}],
  ['dev@prompt', {id: 'dev', source: 'prompt'}],
];
for (const [text, expected] of ids) {
  test(`--vault-id ${text}`, (t) => {
    t.deepEqual(parseVaultId(text), expected);
  });
}

test('passwords come from files, scripts and prompts', async (t) => {
  const folder = tempFiles(t, {
    pw: 'from file\n',
    'ask-client': {text: '#!/bin/sh\necho "client $1 $2"\n', mode: 0o755},
    script: {text: '#!/bin/sh\necho script $#\n', mode: 0o755},
    fails: {text: '#!/bin/sh\necho no keyring >&2; exit 3\n', mode: 0o755},
    empty: '',
    sealed: made11,
  });
  const options = {prompt: async (question: string) => `typed ${question}`, home: folder};
  const read = async (source: string, id = 'default'): Promise<string> =>
    (await readVaultSecret({id, source}, options)).password.reveal();
  t.is(await read('~/pw'), 'from file');
  t.is(await read(`${folder}/script`), 'script 0');
  t.is(await read(`${folder}/ask-client`, 'prod'), 'client --vault-id prod');
  t.is(await read('prompt', 'dev'), 'typed Vault password (dev): ');
  const failed = await t.throwsAsync(read(`${folder}/fails`), {instanceOf: VaultError, message: /exit code 3/});
  t.is(failed instanceof VaultError ? failed.hint : '', 'no keyring');
  await t.throwsAsync(read(`${folder}/empty`), {message: /empty vault password/});
  await t.throwsAsync(read(`${folder}/sealed`), {message: /itself a vault/});
  await t.throwsAsync(read(`${folder}/missing`), {message: /cannot be read/});
});
