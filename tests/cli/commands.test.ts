import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { runMayday } from '../support/mayday.ts'
import { type RunningServer, serverEnvironment, startServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'

describe('beside a running server', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startServer()
  }, 60_000)
  afterAll(() => server.stop())

  test('project create gives the existing project when there is one', async () => {
    const [first, second] = [
      await server.mayday('project', 'create', 'acme/web', '--json'),
      await server.mayday('project', 'create', 'acme/web', '--json'),
    ]
    const made = JSON.parse(first.stdout)
    expect(Object.keys(made)).toEqual(['organization', 'project', 'id', 'dsn'])
    expect(made).toMatchObject({ organization: 'acme', project: 'web', id: expect.any(Number) })
    const dsn = new URL(made.dsn)
    expect(dsn.username).toMatch(/^[0-9a-f]{32}$/)
    expect(`${dsn.origin}${dsn.pathname}`).toBe(`${server.url}/${made.id}`)
    expect(second.stdout).toBe(first.stdout)
  })

  test('a created token opens the organisation of the newest project, or the one named', async () => {
    await server.mayday('project', 'create', 'newest/web')
    const opened = async (...words: string[]) => {
      const { stdout } = await server.mayday('token', 'create', '--scope', 'org:read', ...words)
      const headers = { authorization: `Bearer ${/mdy_\w+/.exec(stdout)?.[0]}` }
      const answer = await fetch(`${server.url}/api/0/organizations/`, { headers })
      return ((await answer.json()) as { slug: string }[]).map(({ slug }) => slug)
    }
    expect(await opened()).toEqual(['newest'])
    expect(await opened('--organization', 'acme')).toEqual(['acme'])
    const wrong = await server.mayday(
      'token',
      'create',
      '--scope',
      'org:read',
      '--organization',
      'x',
    )
    expect([wrong.code, wrong.stderr]).toEqual([1, 'mayday: there is no organisation "x"\n'])
  })

  test('doctor finds nothing wrong', async () => {
    const { code, stdout } = await server.mayday('doctor', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [],
      versions: { mayday: expect.any(String), node: process.version, postgres: '18.4' },
      server: { running: true, pid: server.pid, url: server.url, ready: true },
      journal: { pendingEvents: 0, oldestPendingSeconds: null },
      database: { reachable: true, embedded: true, deadLetters: 0, migrations: { pending: 0 } },
      disk: { freeBytes: expect.any(Number) },
    })
    expect(code).toBe(0)
  })

  test('a sent event is counted as accepted', async () => {
    const { stdout, code } = await server.mayday('send-event', '-m', 'hello', '--json')
    expect(code).toBe(0)
    const { eventId, url } = JSON.parse(stdout)
    expect(eventId).toMatch(/^[0-9a-f]{32}$/)
    expect(url).toBe(`${server.url}/e/${eventId}`)
    await waitUntil(async () => {
      const { database } = JSON.parse((await server.mayday('doctor', '--json')).stdout)
      return database.outcomes.some((one: { outcome: string }) => one.outcome === 'accepted')
    }, 'doctor shows an accepted event')
  })

  test('doctor tells what was dropped, by whom and why', async () => {
    const { username, pathname } = new URL(server.dsn)
    const dropped = { reason: 'before_send', category: 'error', quantity: 12 }
    const report = JSON.stringify({ timestamp: 1, discarded_events: [dropped] })
    await fetch(`${server.url}/api${pathname}/envelope/?sentry_key=${username}`, {
      method: 'POST',
      body: `{}\n{"type":"client_report"}\n${report}`,
    })
    const line =
      /^ +12 {2}error of acme\/shop-api, by the SDK: before_send\. The hook beforeSend of the program dropped it\.$/m
    await waitUntil(
      async () => line.test((await server.mayday('doctor')).stdout),
      'doctor shows what the SDK dropped',
    )
  })
})

describe('without a server', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'mayday-test-'))
  const mayday = (...words: string[]) => runMayday(words, serverEnvironment(dataDir))
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

  test('doctor says that there is no database yet and makes none', async () => {
    const { code, stdout } = await mayday('doctor')
    expect(stdout).toContain('There is no database')
    expect(code).toBe(1)
  })

  test('several commands at once share the database in turn', async () => {
    const made = await Promise.all(
      ['a/one', 'a/two', 'a/one'].map((path) => mayday('project', 'create', path, '--json')),
    )
    expect(made.map(({ code, stderr }) => [code, stderr])).toEqual(Array(3).fill([0, '']))
    expect(made[2]?.stdout).toBe(made[0]?.stdout)
    const token = await mayday('token', 'create', '--scope', 'project:read,event:read')
    expect(token.stdout).toMatch(/^Token for the organisation a, .*\n\n {2}mdy_[0-9a-f]+\n$/)
    expect((await mayday('doctor')).code).toBe(0)
  })

  test('send-event says that nobody answers', async () => {
    const dsn = `http://${'a'.repeat(32)}@127.0.0.1:1/1`
    const { code, stderr } = await mayday('send-event', '--dsn', dsn)
    expect(stderr).toMatch(/^mayday: cannot reach http:\/\/127.0.0.1:1\/api\/1\/envelope\/: .*\n$/)
    expect(code).toBe(1)
  })
})

describe('a wrong command line', () => {
  test.each([
    [['start', '--bogus'], /'--bogus'/],
    [['--bogus'], /'--bogus'/],
    [['fly'], /no command "fly"/],
    [['project', 'create'], /ORG\/PROJECT is missing/],
    [['project', 'create', 'Acme!/x'], /"Acme!\/x" is no ORG\/PROJECT/],
    [['token', 'create'], /--scope is missing/],
    [['token', 'create', '--scope', 'org:fly'], /"org:fly" is no scope/],
    [['send-event', '--dsn', 'http://x/1'], /public key/],
    [['doctor', 'now'], /"now" is one word too many/],
  ])('%j is one line on stderr and exit code 2', async (words, line) => {
    const { code, stdout, stderr } = await runMayday(words, serverEnvironment('/nonexistent'))
    expect(stderr).toMatch(line)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('every command explains itself', async () => {
    const overview = await runMayday(['--help'], serverEnvironment('/nonexistent'))
    for (const name of ['start', 'project create', 'token create', 'send-event', 'doctor']) {
      expect(overview.stdout).toContain(`  ${name}`)
      const help = await runMayday([...name.split(' '), '--help'], {})
      expect(help.stdout).toContain(`Usage: mayday ${name}`)
      expect(help.code).toBe(0)
    }
  })
})
