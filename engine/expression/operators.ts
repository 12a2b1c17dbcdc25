/**
 * The runtime of generated code, which imports it whole under the name `$`. No parser and no regular expressions: those
 * are in regular-expression.ts, under the name `$re`, so that a bundle whose expressions match none does not carry them.
 */
export { resetSteps } from './steps.ts';
export * from './values.ts';
export * from './arithmetic.ts';
export * from './text-functions.ts';
export * from './conversions.ts';
export * from './macros.ts';
export * from './print.ts';
