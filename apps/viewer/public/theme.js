// Runs before the first paint, so that a chosen theme does not flash the other one. It is a file
// of its own because the Content-Security-Policy allows no inline script.
try {
  const theme = localStorage.getItem('mayday-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be switched off: the system's theme applies.
}
