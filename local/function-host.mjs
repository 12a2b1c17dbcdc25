// Loads the host, which is TypeScript, and then gets out of the way: a deployed module is run as it is.
import { register } from 'tsx/esm/api';

const unregister = register();
await import('./function-host.ts');
await unregister();
