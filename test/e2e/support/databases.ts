import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {LabHost} from '../../../src/lab/index.js';

const run = promisify(execFile);

/** Packages of Debian's that {@link startDatabases} installs. */
export const databasePackages: readonly string[] = ['mariadb-server', 'postgresql', 'etcd-server', 'pgbouncer'];

/** Signs with a CA of its own, on this machine; all is removed by `remove`. */
export interface TestCa {
  readonly folder: string;
  readonly ca: string;
  /** Makes NAME.crt and NAME.key. */
  issue(name: string, subjectAltName?: string): Promise<{readonly cert: string; readonly key: string}>;
  remove(): Promise<void>;
}

export async function testCa(): Promise<TestCa> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-ca-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, {cwd: folder});
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '30',
    '-subj',
    '/CN=test-ca',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
  );
  return {
    folder,
    ca: at('ca.crt'),
    async issue(name, subjectAltName) {
      const [cert, key] = [at(`${name}.crt`), at(`${name}.key`)];
      await openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', key, '-out', at(`${name}.csr`));
      await writeFile(at(`${name}.ext`), subjectAltName === undefined ? '' : `subjectAltName=${subjectAltName}\n`);
      const by = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '30'];
      await openssl('x509', '-req', '-in', at(`${name}.csr`), ...by, '-extfile', at(`${name}.ext`), '-out', cert);
      return {cert, key};
    },
    remove: () => rm(folder, {recursive: true, force: true}),
  };
}

/** A password with a character of each kind that some encoding changes. */
export const databasePassword = `s3cr%t/p@ss:w"rd`;

/**
 * MariaDB (3306, TLS offered), PostgreSQL (5432, TLS offered; scram), PgBouncer in front of it that pools by transaction
 * (6432), etcd (2379, client certificates only). The user k3s owns database k3s in both; another one may not do much.
 */
export async function startDatabases(host: LabHost, ca: TestCa): Promise<void> {
  const {cert, key} = await ca.issue('server', `DNS:${host.name},IP:${host.address}`);
  const {stdout} = await run('tar', ['-c', '-C', ca.folder, 'ca.crt', 'server.crt', 'server.key'], {
    encoding: 'buffer',
  });
  void [cert, key];
  await host.exec(['tar', '-x', '-C', '/srv'], {input: stdout});
  await host.exec(['bash', '-euc', setup], {input: databasePassword});
}

const setup = String.raw`
password=$(cat)
export DEBIAN_FRONTEND=noninteractive
# Nothing is started before it is set up.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
apt-get update -q >/dev/null 2>&1
apt-get install -y -q --no-install-recommends mariadb-server postgresql etcd-server pgbouncer >/var/log/install.log 2>&1
rm /usr/sbin/policy-rc.d
for user in mysql postgres etcd; do
  install -d -o $user -m 700 /srv/$user
  install -o $user -m 600 /srv/ca.crt /srv/server.crt /srv/server.key /srv/$user/
done
cat >/etc/mysql/mariadb.conf.d/99-test.cnf <<END
[mariadbd]
bind-address = 0.0.0.0
skip-name-resolve
ssl-ca = /srv/mysql/ca.crt
ssl-cert = /srv/mysql/server.crt
ssl-key = /srv/mysql/server.key
innodb-flush-log-at-trx-commit = 0
END
cat >>/etc/postgresql/15/main/postgresql.conf <<END
listen_addresses = '*'
ssl = on
ssl_ca_file = '/srv/postgres/ca.crt'
ssl_cert_file = '/srv/postgres/server.crt'
ssl_key_file = '/srv/postgres/server.key'
fsync = off
END
cat >>/etc/postgresql/15/main/pg_hba.conf <<END
host k3s,postgres k3s,other 0.0.0.0/0 scram-sha-256
hostssl k3s certonly 0.0.0.0/0 scram-sha-256 clientcert=verify-ca
END
cat >/etc/default/etcd <<END
ETCD_LISTEN_CLIENT_URLS=https://0.0.0.0:2379
ETCD_ADVERTISE_CLIENT_URLS=https://127.0.0.1:2379
ETCD_CERT_FILE=/srv/etcd/server.crt
ETCD_KEY_FILE=/srv/etcd/server.key
ETCD_TRUSTED_CA_FILE=/srv/etcd/ca.crt
ETCD_CLIENT_CERT_AUTH=true
ETCD_UNSUPPORTED_ARCH=
END
systemctl restart mariadb postgresql etcd
sql=$(printf %s "$password" | sed "s/'/''/g")
mariadb <<END
CREATE DATABASE k3s;
CREATE USER k3s@'%' IDENTIFIED BY '$sql'; GRANT ALL ON k3s.* TO k3s@'%';
CREATE USER other@'%' IDENTIFIED BY '$sql'; GRANT SELECT, INSERT ON k3s.* TO other@'%';
CREATE USER certonly@'%' IDENTIFIED BY '$sql' REQUIRE X509; GRANT ALL ON k3s.* TO certonly@'%';
END
su postgres -c 'psql -q -v ON_ERROR_STOP=1' <<END
CREATE ROLE k3s LOGIN PASSWORD '$sql'; CREATE DATABASE k3s OWNER k3s;
CREATE ROLE other LOGIN PASSWORD '$sql';
CREATE ROLE certonly LOGIN PASSWORD '$sql';
END
cat >/etc/pgbouncer/pgbouncer.ini <<END
[databases]
k3s = host=127.0.0.1 port=5432 dbname=k3s
[pgbouncer]
listen_addr = 0.0.0.0
listen_port = 6432
auth_type = scram-sha-256
auth_file = /etc/pgbouncer/userlist.txt
pool_mode = transaction
ignore_startup_parameters = extra_float_digits
END
printf '"k3s" "%s"\n' "$(printf %s "$password" | sed 's/"/""/g')" >/etc/pgbouncer/userlist.txt
chown postgres /etc/pgbouncer/userlist.txt
systemctl restart pgbouncer
`;
