import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {hostShells} from '../../test/support/played_programs.js';
import {lookScript} from './look.js';
import {parseLook, type Sighting} from './sighting.js';

/** What the look reads of services that another hand installed, in the shells there are. */
for (const shell of hostShells) {
  const look = (root: string): Sighting => {
    const paths = {
      dataDir: join(root, 'data'),
      configFile: join(root, 'config.yaml'),
      binDir: join(root, 'bin'),
      systemdDir: join(root, 'units'),
    };
    const [file, ...args] = shell;
    return parseLook(execFileSync(file, args, {input: lookScript(paths).source, encoding: 'utf8'}));
  };
  const inRoot = (name: string, check: (t: import('ava').ExecutionContext, root: string) => void): void => {
    test(`${shell.join(' ')}: ${name}`, (t) => {
      const root = mkdtempSync(join(tmpdir(), 'quorate-look-'));
      try {
        mkdirSync(join(root, 'units'));
        check(t, root);
      } finally {
        rmSync(root, {recursive: true});
      }
    });
  };

  inRoot('a unit, the files of its environment, and a service of another name', (t, root) => {
    const unit = `[Service]\nEnvironmentFile=-${root}/%N.env\nEnvironmentFile=-/etc/default/none\nExecStart=/usr/local/bin/k3s \\\n    server \\\n\t'--disable' \\\n\t'traefik' \\\n\n`;
    writeFileSync(join(root, 'units/k3s.service'), unit);
    writeFileSync(join(root, 'k3s.env'), "K3S_TOKEN='pw'\n");
    writeFileSync(join(root, 'units/k3s-foo.service'), 'ExecStart=/usr/local/bin/k3s server\n');
    const seen = look(root);
    t.like(seen.serverUnit, {text: unit, environment: "K3S_TOKEN='pw'\n\n", lastingEnvironment: '', dropIns: []});
    t.is(seen.agentUnit, undefined);
    t.deepEqual(seen.otherUnits, [
      {path: join(root, 'units/k3s-foo.service'), text: 'ExecStart=/usr/local/bin/k3s server\n'},
    ]);
    t.is(seen.dataDir, join(root, 'data'));
  });

  inRoot('the data-dir: flags over files over the environment', (t, root) => {
    const env = `EnvironmentFile=${root}/env\n`;
    const unit = (args: string): void =>
      writeFileSync(join(root, 'units/k3s.service'), `${env}ExecStart=/usr/local/bin/k3s \\\n    server \\\n${args}\n`);
    writeFileSync(join(root, 'env'), `K3S_DATA_DIR="/srv/env"\n`);
    unit('');
    t.is(look(root).dataDir, '/srv/env');
    writeFileSync(join(root, 'config.yaml'), `"data-dir": '/srv/file' # by hand\n`);
    t.is(look(root).dataDir, '/srv/file');
    mkdirSync(join(root, 'config.yaml.d'));
    writeFileSync(join(root, 'config.yaml.d/a.yaml'), 'data-dir: /srv/folder\n');
    t.is(look(root).dataDir, '/srv/folder');
    unit("\t'--data-dir' \\\n\t'/srv/flag' \\\n");
    t.is(look(root).dataDir, '/srv/flag');
    unit("\t'-d=/srv/short' \\\n\t'--disable' \\\n\t'x' \\\n");
    t.is(look(root).dataDir, '/srv/short');
  });

  inRoot('a file of settings elsewhere, a token in a file, a data-dir behind a link', (t, root) => {
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'link'));
    writeFileSync(join(root, 'token'), 'pw\n');
    writeFileSync(join(root, 'other.yaml'), `token-file: ${root}/token\ndata-dir: ${root}/link\n`);
    writeFileSync(
      join(root, 'units/k3s-agent.service'),
      `ExecStart=/usr/local/bin/k3s agent --config ${root}/other.yaml --node-label a=b\n`,
    );
    const seen = look(root);
    t.is(seen.data.tokenFile?.reveal(), 'pw');
    t.is(seen.dataDir, join(root, 'link'));
    t.is(seen.dataDirReal, join(root, 'real'));
    t.regex(seen.configText ?? '', /^token-file: /);
    t.regex(seen.agentUnit?.text ?? '', /k3s agent/);
    writeFileSync(join(root, 'third.yaml'), 'debug: true\n');
    writeFileSync(
      join(root, 'units/k3s-agent.service'),
      `Environment=K3S_CONFIG_FILE=${root}/third.yaml\nExecStart=/usr/local/bin/k3s agent --config ${root}/other.yaml\n`,
    );
    t.is(look(root).configText, 'debug: true\n', 'the environment wins over the flag');
  });
}
