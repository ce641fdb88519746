import * as Radix from '@radix-ui/react-dropdown-menu'
import type { ReactNode } from 'react'
import './menu.css'

export type MenuItem = {
  label: ReactNode
  /** What typing finds, and what is read out, when the label is not plain text. */
  text?: string
  checked?: boolean
  onSelect: () => void
}
export type MenuGroup = { label?: string; items: MenuItem[] }

type Props = {
  trigger: ReactNode
  label: string
  className?: string
  align?: 'start' | 'end'
  groups: MenuGroup[]
}

/**
 * Not modal: a modal menu locks scrolling through a style tag made at run time, which the
 * Content-Security-Policy refuses. Not in a portal: at the end of the body it would be outside of
 * every landmark.
 */
export function Menu({ trigger, label, className = 'btn', align = 'end', groups }: Props) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger className={className} aria-label={label}>
        {trigger}
      </Radix.Trigger>
      <Radix.Content className="menu" align={align} sideOffset={5} collisionPadding={8}>
        {groups.map((group, index) => (
          <Radix.Group key={group.label ?? index}>
            {index > 0 && <hr />}
            {group.label !== undefined && (
              <Radix.Label className="label">{group.label}</Radix.Label>
            )}
            {group.items.map((item, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the items of a menu keep their places
              <Entry key={at} item={item} />
            ))}
          </Radix.Group>
        ))}
      </Radix.Content>
    </Radix.Root>
  )
}

function Entry({ item }: { item: MenuItem }) {
  const typed = item.text === undefined ? {} : { textValue: item.text }
  if (item.checked === undefined) {
    return (
      <Radix.Item className="item" onSelect={item.onSelect} {...typed}>
        <span />
        {item.label}
      </Radix.Item>
    )
  }
  return (
    <Radix.CheckboxItem className="item" checked={item.checked} onSelect={item.onSelect} {...typed}>
      <span aria-hidden="true">{item.checked ? '✓' : ''}</span>
      {item.label}
    </Radix.CheckboxItem>
  )
}
