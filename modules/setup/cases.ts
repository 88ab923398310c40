import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const debian = sh`printf '%s\n' 'ID=debian' 'NAME="Debian GNU/Linux"' 'VERSION_ID="12"' 'VERSION="12 (bookworm)"' 'VERSION_CODENAME=bookworm' > /etc/os-release
echo 12.5 > /etc/debian_version; printf 'search a.org b.org\nnameserver 10.0.0.2\noptions ndots:2 rotate\n' > /etc/resolv.conf
printf '127.0.1.1 box.example.org box\n' >> /etc/hosts; mkdir -p /etc/ansible/facts.d; printf '{"a": [1]}' > /etc/ansible/facts.d/x.fact
printf '[s]\nk = v w\n' > /etc/ansible/facts.d/y.fact; printf '%s\n' '#!/bin/sh' ${`echo '{"run": "it"}'`} > /etc/ansible/facts.d/z.fact; chmod 755 /etc/ansible/facts.d/z.fact
ip link add eth0 type dummy 2>/dev/null || true`;

export const cases: readonly ModuleCase[] = [
  {
    name: 'everything',
    given: debian,
    params: {},
    expect: 'ok',
    learns: {
      distribution: 'Debian',
      distribution_version: '12.5',
      distribution_major_version: '12',
      distribution_release: 'bookworm',
      os_family: 'Debian',
      hostname: 'box',
      nodename: 'box',
      fqdn: 'box.example.org',
      domain: 'example.org',
      system: 'Linux',
      user_id: 'root',
      user_dir: '/root',
      user_uid: 0,
      dns: {nameservers: ['10.0.0.2'], search: ['a.org', 'b.org'], options: {ndots: '2', rotate: true}},
      local: {x: {a: [1]}, y: {s: {k: 'v w'}}, z: {run: 'it'}},
      selinux: {status: 'disabled'},
      env: {HOME: '/root', USER: 'root'},
      userspace_bits: '64',
      lo: {
        device: 'lo',
        type: 'loopback',
        ipv4: {address: '127.0.0.1', netmask: '255.0.0.0', prefix: '8', network: '127.0.0.0'},
      },
      default_ipv4: {},
      all_ipv4_addresses: [],
      gather_subset: ['all'],
      module_setup: true,
    },
  },
  {
    name: 'some, filtered',
    params: {gather_subset: '!all,network', filter: 'ansible_default_*'},
    expect: 'ok',
    learns: {default_ipv4: {}, default_ipv6: {}},
  },
  {
    name: 'an unknown subset',
    params: {gather_subset: 'disks'},
    expect: 'failed',
    says: /names 'disks', which is no subset/,
  },
  {
    name: 'an interface with a default route',
    only: 'gnu',
    given: sh`ip link add br-0 type bridge && ip addr add 10.9.8.7/20 brd 10.9.15.255 dev br-0 && ip addr add fd00::7/64 dev br-0 && ip link set br-0 up && ip route add default via 10.9.0.1`,
    params: {},
    expect: 'ok',
    learns: {
      default_ipv4: {
        address: '10.9.8.7',
        interface: 'br-0',
        gateway: '10.9.0.1',
        netmask: '255.255.240.0',
        network: '10.9.0.0',
        broadcast: '10.9.15.255',
        prefix: '20',
      },
      br_0: {device: 'br-0', ipv4: {address: '10.9.8.7'}},
      all_ipv4_addresses: ['10.9.8.7'],
    },
  },
];
