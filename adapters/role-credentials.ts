/**
 * The credentials of a function's role, in place of all the SDK's ways to find some: Lambda puts them into the
 * environment (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), and the others, profiles and
 * single sign-on among them, are a tenth of what would be loaded at a cold start.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
