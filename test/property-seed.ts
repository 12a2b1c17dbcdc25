/**
 * Property tests draw the same cases every time, so that a change alone can break them. `WEIR_SEED=$RANDOM npm test`
 * draws others.
 */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env['WEIR_SEED'] ?? 1) });
