export {isSealed, openEnvelope, readEnvelope, seal} from './envelope.js';
export {parseVaultId, type ReadSecretsOptions, readVaultSecret, type VaultSecret, type VaultSource} from './secrets.js';
export {Vault} from './vault.js';
