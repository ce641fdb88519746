import { type KeyboardEvent, useRef, useState } from 'react'
import { useKeys } from '../keyboard.ts'
import { visibleText } from '../ui/visible-text.ts'
import { SearchHelp } from './search-help.tsx'
import { formatSearch, joinSearch, parseSearch, type SearchToken } from './search-tokens.ts'
import './search-box.css'

type Props = { query: string; onSearch: (query: string) => void }

/**
 * The parts `key:value` stand as tokens before the field, which holds the free words. Enter applies;
 * Backspace at the start takes the last token off.
 */
export function SearchBox({ query, onSearch }: Props) {
  const search = parseSearch(query)
  const [draft, setDraft] = useState({ query, words: search.words })
  const [helps, setHelps] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  useKeys({ help: () => setHelps((before) => !before) })
  // The address changed from elsewhere (a tab, Back): the field follows it.
  if (draft.query !== query) setDraft({ query, words: search.words })

  const apply = (words: string) => {
    const typed = parseSearch(words)
    onSearch(formatSearch(joinSearch({ tokens: search.tokens, words: '' }, typed)))
  }
  const remove = (token: SearchToken) => {
    const tokens = search.tokens.filter((other) => other !== token)
    onSearch(formatSearch(joinSearch({ tokens, words: '' }, parseSearch(draft.words))))
    input.current?.focus()
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    const last = search.tokens.at(-1)
    const { selectionStart, selectionEnd } = event.currentTarget
    if (event.key === 'Backspace' && selectionStart === 0 && selectionEnd === 0 && last) {
      event.preventDefault()
      remove(last)
    } else if (event.key === 'Escape') {
      event.currentTarget.blur()
    }
  }
  return (
    <search>
      <form
        className="query"
        onSubmit={(event) => {
          event.preventDefault()
          apply(draft.words)
        }}
      >
        <span className="faint" aria-hidden="true">
          ⌕
        </span>
        {search.tokens.length > 0 && (
          <ul aria-label="Search terms">
            {search.tokens.map((token) => (
              <Token key={token.text} token={token} onRemove={() => remove(token)} />
            ))}
          </ul>
        )}
        <input
          ref={input}
          aria-label="Search issues"
          placeholder="type key:value or words"
          value={draft.words}
          onChange={(event) => setDraft({ query, words: event.target.value })}
          onKeyDown={press}
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="search"
        />
        <button
          type="button"
          className="ask"
          aria-label="How to search"
          aria-expanded={helps}
          onClick={() => setHelps(!helps)}
        >
          <kbd>?</kbd>
        </button>
        {helps && <SearchHelp onClose={() => setHelps(false)} />}
      </form>
    </search>
  )
}

function Token({ token, onRemove }: { token: SearchToken; onRemove: () => void }) {
  const value = token.text.slice(token.text.indexOf(':') + 1)
  return (
    <li className="tok">
      <span>
        <b>
          {token.negated ? '!' : ''}
          {token.key}:
        </b>
        {visibleText(value)}
      </span>
      <button type="button" onClick={onRemove} aria-label={`Remove ${visibleText(token.text)}`}>
        ×
      </button>
    </li>
  )
}
