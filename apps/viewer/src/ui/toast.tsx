import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react'
import './toast.css'

const SHOWN_MS = 9000

type Toast = { id: number; text: string; undo?: () => void }
type Show = (text: string, undo?: () => void) => void

const ToastContext = createContext<Show>(() => {})

/** Says what was done, with a way back. One at a time: a newer one takes the place. */
export function useToast(): Show {
  return useContext(ToastContext)
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<Toast | undefined>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const hold = useCallback(() => clearTimeout(timer.current), [])
  const letGo = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setToast(undefined), SHOWN_MS)
  }, [])
  const show = useCallback<Show>(
    (text, undo) => {
      setToast((before) => ({ id: (before?.id ?? 0) + 1, text, ...(undo ? { undo } : {}) }))
      letGo()
    },
    [letGo],
  )
  const close = () => setToast(undefined)
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toast && (
          // biome-ignore lint/a11y/noStaticElementInteractions: the pointer only holds the toast open
          <div
            className="toast"
            key={toast.id}
            onMouseEnter={hold}
            onMouseLeave={letGo}
            onFocus={hold}
            onBlur={letGo}
          >
            <span>{toast.text}</span>
            {toast.undo && (
              <button
                type="button"
                onClick={() => {
                  toast.undo?.()
                  close()
                }}
              >
                Undo
              </button>
            )}
            <button type="button" className="close" aria-label="Close the message" onClick={close}>
              ×
            </button>
          </div>
        )}
      </div>
    </ToastContext>
  )
}
