import type { CustomIntegration } from './integration.ts'
import type { Warn } from './option-checks.ts'

type Choice = {
  integrations?: unknown
  defaultIntegrations?: unknown
}

/**
 * The integrations to use: the defaults, or what the program wants in their place, and its own. Of
 * two with one name the later counts. Never throws; what is no integration is told to `warn`.
 */
export function chooseIntegrations(
  defaults: readonly CustomIntegration[],
  { integrations, defaultIntegrations }: Choice,
  warn: Warn,
): CustomIntegration[] {
  const base = baseOf(defaults, defaultIntegrations, warn)
  const all = isChooser(integrations)
    ? listOf('integrations', ask(integrations, base, warn), base, warn)
    : [...base, ...listOf('integrations', integrations, [], warn)]
  return [...new Map(all.map((integration) => [integration.name, integration])).values()]
}

function baseOf(
  defaults: readonly CustomIntegration[],
  given: unknown,
  warn: Warn,
): CustomIntegration[] {
  if (given === false) return []
  return given === undefined || given === true
    ? [...defaults]
    : listOf('defaultIntegrations', given, [...defaults], warn)
}

type Chooser = (defaults: CustomIntegration[]) => unknown

function isChooser(value: unknown): value is Chooser {
  return typeof value === 'function'
}

function ask(choose: Chooser, base: CustomIntegration[], warn: Warn): unknown {
  try {
    return choose(base)
  } catch (error) {
    warn(`The function integrations threw, so the defaults are used: ${String(error)}`)
    return base
  }
}

function listOf(
  name: string,
  value: unknown,
  fallback: CustomIntegration[],
  warn: Warn,
): CustomIntegration[] {
  if (value === undefined || value === null) return fallback
  if (!Array.isArray(value)) {
    warn(`The option ${name} has to be a list of integrations; it is left out.`)
    return fallback
  }
  const usable = value.filter(isIntegration)
  if (usable.length < value.length) {
    warn(
      `The option ${name} holds what is no integration (an object with a name); that is left out.`,
    )
  }
  return usable
}

/** Whether this can be installed: an object with a name. */
export function isIntegration(value: unknown): value is CustomIntegration {
  return (
    typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
  )
}
