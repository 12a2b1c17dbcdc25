/**
 * How Node runs the processes of a local run, which last seconds to minutes on a machine with fewer cores than
 * processes: what works through many records at once gets room for them, which saves copying them about, and a function
 * is optimized only when it has run for long: optimizing everything at once took a third of the processor's time.
 */
export const processFlags = ['--max-semi-space-size=64', '--interrupt-budget=800000'];
