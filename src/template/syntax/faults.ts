import {Fault} from '../python/faults.js';

/** Text that is no template. */
export class SyntaxFault extends Fault {
  constructor(
    message: string,
    /** Where in the template's text. */
    readonly at: number,
    hint?: string,
  ) {
    super(message, {hint});
  }
}
