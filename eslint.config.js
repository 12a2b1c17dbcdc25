// The rules that the shape of the code depends on: imports point down, the engine is pure, promises are awaited.
// Formatting is biome's business alone.
import { builtinModules } from 'node:module';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const typescript = (folder) => [`${folder}/**/*.ts`];

/** An import of a folder of the repository, by a relative path that leaves the importing folder. */
const folders = (names, message) => ({ regex: `^(\\.{1,2}/)+(${names})/`, message });
const sdk = { regex: '^(@aws-sdk|@smithy)/', message: 'only adapters/ may import an AWS SDK' };
const cdk = { regex: '^(aws-cdk-lib|constructs)(/|$)', message: 'only infra/ may import the CDK' };
const lambda = { regex: '^aws-lambda$', message: 'only functions/ and local/ know the shape of a Lambda event' };
const node = {
  regex: `^(node:.+|(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})(/.*)?)$`,
  message: 'engine/ is pure: no Node modules',
};

const layer = (folder, ...patterns) => ({
  files: typescript(folder),
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

const lines = (folder, max) => ({ files: typescript(folder), rules: { 'max-lines': ['error', max] } });

const impure = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date']",
    message: 'the engine never reads a clock: take the time as an argument',
  },
];

/**
 * `as const` and the branding of the units of engine/time.ts are no claims about a value's shape. Any other assertion
 * needs a disabling comment with the reason that makes it true.
 */
const assertion = {
  selector:
    'TSAsExpression:not([typeAnnotation.typeName.name=/^(const|EpochMillis|EpochSeconds|Millis)$/]), TSTypeAssertion',
  message: 'narrow with a check; only `as const` and the units of engine/time.ts may be asserted',
};

export default defineConfig(
  {
    ignores: [
      'node_modules/',
      'cdk.out/',
      '.weir/',
      'coverage/',
      'dist/',
      'test/deploy/consumer/',
      '**/*.js',
      '**/*.mjs',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Numbers and booleans in a text print as anybody expects.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `() => list.push(x)` reads well where nobody looks at the result.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `while (true)` is how a loop says that it ends from within.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // An async function may have nothing to await yet: what it fulfils is an interface.
      '@typescript-eslint/require-await': 'off',
      // A type parameter used once may still name what the caller gets.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-param-reassign': 'error',
      'prefer-const': 'error',
      'no-var': 'error',
    },
  },

  layer(
    'engine',
    folders('adapters|functions|infra|cli|local|test|bench|pipelines', 'engine/ imports nothing above it'),
    sdk,
    cdk,
    lambda,
    node,
  ),
  layer(
    'adapters',
    folders('functions|infra|cli|local|test|bench|pipelines', 'adapters/ imports only engine/'),
    cdk,
    lambda,
  ),
  layer(
    'functions',
    folders('infra|cli|local|test|bench|pipelines', 'functions/ imports only adapters/ and engine/'),
    sdk,
    cdk,
  ),
  layer(
    'infra',
    folders('local|test|bench|pipelines', 'infra/ imports nothing beside or above it but names'),
    sdk,
    lambda,
  ),
  layer('cli', folders('test|bench|pipelines', 'cli/ imports nothing that is only for development'), sdk, cdk, lambda),
  layer('local', folders('test|bench', 'local/ imports nothing that is only for development'), cdk),
  layer(
    'pipelines',
    folders('functions|infra|cli|local|test|bench', 'a pipeline depends on nothing of Weir'),
    sdk,
    cdk,
    lambda,
  ),

  {
    files: typescript('engine'),
    rules: {
      'no-restricted-syntax': ['error', ...impure, assertion],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'the engine never reads a clock: take the time as an argument' },
        {
          object: 'Temporal',
          property: 'Now',
          message: 'the engine never reads a clock: take the time as an argument',
        },
        { object: 'Math', property: 'random', message: 'the engine is deterministic' },
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'performance', 'Buffer', 'crypto', 'fetch', 'global', 'require'],
        ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'structuredClone'],
      ],
    },
  },
  { files: ['engine/**/*.ts', 'adapters/**/*.ts'], rules: { 'no-console': 'error' } },

  {
    files: typescript('test'),
    rules: {
      'no-restricted-properties': [
        'error',
        ...['test', 'it', 'describe'].flatMap((object) =>
          ['only', 'skip', 'todo'].map((property) => ({ object, property, message: 'every test runs' })),
        ),
      ],
      'no-restricted-globals': ['error', 'fit', 'xit', 'xtest', 'fdescribe', 'xdescribe'],
      // What a test reads out of a result it has just asserted need not be asserted twice.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },

  lines('engine', 250),
  lines('adapters', 150),
  lines('functions', 60),
  lines('infra', 120),
  lines('test', 300),
);
