import {raw, type Script} from '../shell/index.js';

/**
 * Shell function `peer_port URL`, with etcd's certificates in folder `$t`: prints how the peer port behind it is seen from this
 * host. `open` is whoever takes a connection, also one who then says nothing: an etcd that hangs still holds its vote. `closed`
 * refuses, and of `silent` nothing comes back for three seconds. Which of the two stays silent tells plain http: behind TLS curl counts
 * a connection only once the handshake is through (seen with 7.88).
 */
export const peerPort: Script = raw(
  `peer_port() {
  curl -sk --max-time 3 -o /dev/null --cert "$t/peer-server-client.crt" --key "$t/peer-server-client.key" "$1/version" 2>/dev/null
  case $? in 7) echo closed; return;; 28) ;; *) echo open; return;; esac
  case $(curl -s --max-time 3 -o /dev/null -w '%{time_connect}' "http://\${1#https://}/version" 2>/dev/null) in
    0[.,]000000) echo silent;;
    *) echo open;;
  esac
}`,
);
