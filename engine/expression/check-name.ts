/** Names: what stands at the root of a path. */
import type { CheckContext } from './check-context.ts';
import { report } from './check-context.ts';
import { rowFields } from './check-table.ts';
import type { Node, Scope, ValueType } from './expression.ts';
import { type CheckedType, functionForms } from './function-table.ts';
import { nearestName } from './nearest-name.ts';

/** What the argument of an aggregate sees. */
const eventNames: readonly string[] = ['event', 'meta', 'params'];
/** What is of one event, so that beside an aggregate there is none. */
const singleEventNames: readonly string[] = ['event', 'meta'];

function isVisible(name: string, context: CheckContext): boolean {
  if (!context.scope.aggregates) return true;
  return context.aggregate === undefined ? !singleEventNames.includes(name) : eventNames.includes(name);
}

function entry(name: string, scope: Scope): ReturnType<Scope['names']['get']> {
  return scope.names.get(name);
}

export function checkName(node: Extract<Node, { kind: 'name' }>, context: CheckContext): CheckedType {
  const { name } = node;
  if (context.variables.has(name)) return 'dyn';
  const known = entry(name, context.scope);
  if (known !== undefined && isVisible(name, context)) return typeof known === 'string' ? known : 'map';
  const names = [...context.scope.names.keys()].filter((candidate) => isVisible(candidate, context));
  const allowed = [...context.variables, ...names].join(', ');
  if (known !== undefined && context.aggregate !== undefined) {
    return report(
      context,
      'unknown-name',
      node,
      `${name} cannot stand inside ${context.aggregate}(), which looks at one event.`,
      { allowed },
    );
  }
  if (known !== undefined) {
    const example = name === 'event' ? 'first(event.country), sum(event.total)' : `first(${name}.eventTime)`;
    return report(
      context,
      'unknown-name',
      node,
      `${name} stands outside of an aggregate, but a window holds many events.`,
      {
        allowed: `${allowed === '' ? '' : `${allowed}; `}an aggregate of it: ${example}`,
      },
    );
  }
  return unknownName(node, [...context.variables, ...names], context);
}

function unknownName(node: Extract<Node, { kind: 'name' }>, names: readonly string[], context: CheckContext): 'dyn' {
  const { name } = node;
  const allowed = names.join(', ');
  if (name === 'google') {
    return report(context, 'not-claimed', node, 'Protocol buffer types are not part of the language.', {
      allowed: 'timestamp(…), duration(…)',
    });
  }
  const [event] = context.scope.events ?? [];
  if (name === 'event' && event !== undefined) {
    return report(context, 'unknown-name', node, `There is no ${name} here: each event has a name of its own.`, {
      allowed: `a field of one, as in ${event}.x; names: ${allowed}`,
    });
  }
  if (singleEventNames.includes(name)) {
    return report(context, 'unknown-name', node, `There is no ${name} here: a window holds many events.`, {
      allowed: names.includes('event') ? allowed : `${allowed}; a window 'before' sees its event`,
    });
  }
  const nearest = nearestName(name, names);
  if (nearest !== undefined) {
    return report(context, 'unknown-name', node, `There is no name ${name} here. Did you mean ${nearest}?`, {
      allowed,
      replacement: nearest,
    });
  }
  const dashed = /(\w+)-$/.exec(context.source.slice(0, node.start))?.[1];
  if (dashed !== undefined) {
    return report(context, 'unknown-name', node, `There is no name ${name} here; - is a subtraction.`, {
      allowed: `["${dashed}-${name}"] for a field whose name has a - in it; names: ${allowed}`,
    });
  }
  const [form] = functionForms(name);
  if (form !== undefined)
    return report(context, 'unknown-name', node, `${name} is a function.`, { allowed: form.text });
  const field = names.includes('event')
    ? { allowed: `event.${name} for a field of the event; names: ${allowed}` }
    : { allowed };
  return report(context, 'unknown-name', node, `There is no name ${name} here.`, field);
}

/** The known fields of a name such as `params`, or of a table's row; undefined for every other node. */
export function fieldsOf(node: Node, context: CheckContext): ReadonlyMap<string, ValueType> | undefined {
  const ofRow = rowFields(node, context);
  if (ofRow !== undefined) return ofRow;
  if (node.kind !== 'name' || context.variables.has(node.name) || !isVisible(node.name, context)) return undefined;
  const known = entry(node.name, context.scope);
  return typeof known === 'object' ? known.fields : undefined;
}
