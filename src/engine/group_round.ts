import type {GroupModule} from '../module/types.js';
import type {Round} from './round.js';

export async function runGroupRound(round: Round, module: GroupModule): Promise<void> {
  throw new TypeError(`${module.name} ${round.ref.id}`);
}
